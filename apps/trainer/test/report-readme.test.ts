import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeRun } from './compare-write-run.ts'
import { runInProcess } from './report-run-in-process.ts'
import { runsFolder } from './runs-folder.ts'

const text = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
/** Those that train, and what goes on with runs that have trained, are run by other tests. */
const MINE = /^(?:\$ )?gg (compare|report|doctor|init|completion) /
const commands = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(([, language, block = '']) =>
  language === '' || language === 'sh' ? block.split('\n').filter((line) => MINE.test(line)) : [],
)
/** What the shell does itself is left to it. */
const words = (line: string) =>
  [...line.replace(/ (>>?|\|) .*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

describe('the README', () => {
  it('has commands', () => expect(commands.length).toBeGreaterThan(8))

  it.each(commands)('%s does what it is asked', async (line) => {
    const folder = runsFolder()
    mkdirSync(folder, { recursive: true })
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(folder)
    for (const seed of [0, 1, 2]) {
      writeRun('runs', `2026-11-21-085412-lenet-glyphs-gate-${seed}`, { seed })
      writeRun('runs', `2026-11-21-085412-lenet-glyphs-none-${seed}`, { seed, config: { at: [] } })
    }
    const here = line.replace(/^\$ /, '').replaceAll(/runs\/[-\d]+-lenet/g, 'runs/2026-11-21-085412-lenet')
    const { code, stderr, stdout } = await runInProcess(...words(here).slice(1))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toBe('')
  })
})
