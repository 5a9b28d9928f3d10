import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { writeRun } from './compare-write-run.ts'
import { lookAt, withoutChromium } from './report-look-at.ts'
import { runInProcess } from './report-run-in-process.ts'
import { runsFolder } from './runs-folder.ts'

let runs = ''
beforeEach(() => {
  runs = runsFolder()
  mkdirSync(runs, { recursive: true })
})

/** The seeds of the README's results: three with gates, three without. */
const readmeRuns = () => {
  for (const [seed, accuracy] of [0.9785, 0.9705, 0.977].entries()) {
    writeRun(runs, `gate-${seed}`, { seed, accuracies: [0.5, accuracy] })
  }
  for (const [seed, accuracy] of [0.9715, 0.9635, 0.976].entries()) {
    writeRun(runs, `none-${seed}`, { config: { gradient: 'none', sites: null }, seed, accuracies: [0.6, accuracy] })
  }
}

describe('gg compare', () => {
  it('groups runs by all but the seed, with mean and spread, and says what is within noise', async () => {
    readmeRuns()
    const { code, stdout, stderr } = await runInProcess('compare', runs)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const accuracy = '0.50 points lower, 95 % interval -1.79 to +0.79, p = 0.33: within noise'
    expect(stdout.split('\n')).toEqual([
      '                                   runs  test accuracy   test loss        train loss       images/s',
      'gradient gate, sites conv*/output     3  97.53 ± 0.43 %  0.0247 ± 0.0043  0.3611 ± 0.1273  1,001 ± 1',
      'gradient none                         3  97.03 ± 0.63 %  0.0297 ± 0.0063  0.3611 ± 0.1273  1,001 ± 1',
      '',
      'gradient none against gradient gate, sites conv*/output',
      `  test accuracy  ${accuracy}`,
      '  test loss      0.0050 higher, 95 % interval -0.0079 to +0.0179, p = 0.33: within noise',
      '',
      "Mean ± standard deviation over seeds after the last epoch; differences by Welch's t-test.",
      'Within noise: these runs cannot tell the groups apart, which does not make them equal. More seeds say more.',
      '',
    ])
  })

  it('calls what is more than noise so, and takes the first folders as the baseline', async () => {
    for (const seed of [0, 1, 2]) {
      writeRun(runs, `a-${seed}`, { config: { epochs: 1 }, seed, accuracies: [0.9 + seed / 1000] })
      writeRun(runs, `b-${seed}`, { config: { epochs: 2 }, seed, accuracies: [0.8 + seed / 1000] })
    }
    const { stdout } = await runInProcess('compare', join(runs, 'b-*'), join(runs, 'a-*'))
    expect(stdout).toContain('epochs 1 against epochs 2\n  test accuracy  10.00 points higher')
    expect(stdout).toContain('p < 0.001: more than noise')
    expect(stdout).not.toContain('within noise')
  })

  it('adjusts p for the number of groups', async () => {
    const accuracies = { 1: [0.9, 0.92, 0.94], 2: [0.95, 0.96, 0.97], 3: [0.9, 0.92, 0.941] }
    for (const [clip, values] of Object.entries(accuracies)) {
      for (const [seed, value] of values.entries()) {
        writeRun(runs, `${clip}-${seed}`, { config: { clip: Number(clip) }, seed, accuracies: [value] })
      }
    }
    const { differences } = JSON.parse((await runInProcess('compare', runs, '--json')).stdout)
    const [one, two] = differences.filter(({ measure }: { measure: string }) => measure === 'testAccuracy')
    // Alone it is p = 0.055 (SciPy); of two, the smaller p counts twice.
    expect(one.test.p).toBeCloseTo(0.054787, 5)
    expect(one.adjustedP).toBeCloseTo(2 * one.test.p, 12)
    expect(two.adjustedP).toBe(two.test.p)
    expect((await runInProcess('compare', runs)).stdout).toContain('p is adjusted for 2 comparisons in each measure')
  })

  it('says that one run has no spread', async () => {
    writeRun(runs, 'a', {})
    writeRun(runs, 'b', { config: { gradient: 'none', sites: null }, accuracies: [0.95] })
    const { stdout } = await runInProcess('compare', runs)
    expect(stdout).toContain('5.00 points higher: no spread to hold it against')
    expect(stdout).toContain('One run has no spread: train the same settings with other seeds')
  })

  it('leaves out what has not come to its end, and what is there twice', async () => {
    writeRun(runs, 'a', { status: 'running' })
    writeRun(runs, 'b', { status: 'failed' })
    writeRun(runs, 'c', {})
    writeRun(runs, 'd', {})
    writeRun(runs, 'e', { config: { dataDir: '/elsewhere', keep: 5, diagnostics: true }, seed: 1 })
    const { stdout } = await runInProcess('compare', runs)
    expect(stdout).toMatch(/^lenet on glyphs {5}2 /m)
    expect(stdout.trimEnd().split('\n').slice(-3)).toEqual([
      `left out: ${join(runs, 'a')} (it has not ended)`,
      `left out: ${join(runs, 'b')} (it failed)`,
      `left out: ${join(runs, 'c')} (same settings and seed as ${join(runs, 'd')})`,
    ])
  })

  it('names lists of settings by what is in them, and says what is not there', async () => {
    writeRun(runs, 'a', { config: { at: ['conv1/*=gate()', '**=clip(1)'] } })
    writeRun(runs, 'b', { config: { at: [] } })
    const { stdout } = await runInProcess('compare', runs)
    expect(stdout).toContain('no at against at conv1/*=gate() **=clip(1)\n')
  })

  it('reads nested settings, and the metrics of a run whose last line was cut off', async () => {
    const folder = writeRun(runs, 'a', { config: { optimizer: { name: 'adam', b1: 0.9 } } })
    appendFileSync(join(folder, 'metrics.jsonl'), '{"kind":"epo')
    writeRun(runs, 'b', { config: { optimizer: { name: 'adam', b1: 0.8 } } })
    const { code, stdout } = await runInProcess('compare', runs)
    expect(code).toBe(0)
    expect(stdout).toContain('optimizer.b1 0.8 against optimizer.b1 0.9')
  })

  it('draws curves, and a page that needs nothing else', async () => {
    readmeRuns()
    const [svg, html] = [join(runs, 'curves.svg'), join(runs, 'page.html')]
    expect((await runInProcess('compare', runs, '--svg', svg, '--html', html)).code).toBe(0)
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [\s\S]*gradient gate, sites conv\*\/output[\s\S]*gradient none/)
    const page = readFileSync(html, 'utf8')
    expect(page).toContain('within noise')
    expect(page.match(/<svg /g)).toHaveLength(3)
    expect(page).not.toMatch(/<script|NaN|undefined|(src|href)="(?!data:)/)
  })

  it.skipIf(withoutChromium !== undefined)(
    `has a page that fits the screen, light and dark${withoutChromium ?? ''}`,
    async () => {
      readmeRuns()
      const html = join(runs, 'page.html')
      await runInProcess('compare', runs, '--html', html)
      await lookAt(html)
    },
  )

  it.each([
    [() => ['nowhere'], 1, 'gg: There is no run at nowhere. Name folders that gg train has made, such as runs/*.\n'],
    [() => [join(runs, '*')], 1, /^gg: There is no run at .*\*\. Name folders/],
    [() => [runs], 1, /is neither the folder of a run nor a folder of runs: there is no config\.json in it\.\n$/],
    [() => [], 2, "error: missing required argument 'runs'\n"],
  ])('ends with a clear message, %#', async (args, expected, message) => {
    const { code, stdout, stderr } = await runInProcess('compare', ...args())
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('says which file of a run is damaged, and that no run has ended', async () => {
    const folder = writeRun(runs, 'a', { status: 'stopped' })
    const ended = await runInProcess('compare', folder)
    expect(ended.stderr).toBe(`gg: None of these runs has come to its end.\n${folder}: it stopped\n`)
    writeFileSync(join(folder, 'metrics.jsonl'), '{"kind":\n{}\n')
    expect((await runInProcess('compare', folder)).stderr).toMatch(/metrics\.jsonl is damaged: line 1 holds no JSON/)
    writeFileSync(join(folder, 'run.json'), '[]')
    expect((await runInProcess('compare', folder)).stderr).toMatch(/run\.json is damaged: it holds no JSON record/)
  })

  it('has examples and exit codes in its help', async () => {
    const { code, stdout } = await runInProcess('compare', '--help')
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:\n {2}gg compare runs\n/)
    expect(stdout).toContain('Exit codes: 0 compared')
  })
})
