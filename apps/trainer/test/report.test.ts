import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Mistake, SitesLine, TestLine } from '../src/report/report-lines.ts'
import { type MadeUpRun, writeRun } from './compare-write-run.ts'
import { lookAt, withoutChromium } from './report-look-at.ts'
import { runInProcess } from './report-run-in-process.ts'
import { runsFolder } from './runs-folder.ts'

// One grey pixel.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=='

const sites = (epoch: number, count: number): SitesLine => ({
  kind: 'sites',
  epoch,
  step: 10 * epoch,
  images: 256,
  sites: Array.from({ length: count }, (_, i) => ({
    name: `stage${1 + (i >> 3)}/block${1 + (i & 7)}/conv1/normalization`,
    net: i < count - 1,
    flow: { meanAbs: 1e-5 * (i + epoch), rms: 2e-5 * (i + 1), norm: 0.1, kept: 0.5 },
    ...(i === 1 && { shaped: { meanAbs: 0, rms: 0, norm: 0, kept: 0 } }),
    saturated: 0.25,
    negative: 0.5,
    histogram: { range: [-4, 4], fractions: new Array(32).fill(1 / 32), below: 0, above: 0, nan: 0, count: 100 },
  })),
})

const test = (classes: number): TestLine => ({
  kind: 'test',
  epoch: 2,
  step: 20,
  classNames: Array.from({ length: classes }, (_, i) => (i === 0 ? '<b>"a"&' : `class number ${i}`)),
  confusion: Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes }, (_, j) => (i === j ? 90 : (i + 2 * j) % 7 === 0 ? 3 : 0)),
  ),
  mistakes: Array.from(
    { length: 24 },
    (_, index): Mistake => ({ index, label: 0, predicted: 1, probability: 0.9, labelProbability: 0.01, png: PNG }),
  ),
})

const full: MadeUpRun = {
  config: { at: ['stage*/**/output=lateralMask(sigma=1, sets=4)+gate()'], use: [], nested: { depth: 3 } },
  lines: [sites(1, 24), sites(2, 24), test(10)],
}

let runs = ''
beforeEach(() => {
  runs = runsFolder()
  mkdirSync(runs, { recursive: true })
})

const reportOf = async (run: MadeUpRun) => {
  const folder = writeRun(runs, 'run', run)
  const { code, stdout, stderr } = await runInProcess('report', folder)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`${join(folder, 'report.html')}\n`)
  return readFileSync(join(folder, 'report.html'), 'utf8')
}

describe('gg report', () => {
  it('writes one page with all that the run recorded', async () => {
    const page = await reportOf(full)
    const headings = [...page.matchAll(/<h2>([^<]*)</g)].map(([, text]) => text)
    expect(headings).toEqual([
      'Curves',
      'Gradients at the sites',
      'Test images',
      'Mistakes it is surest of',
      'Settings',
      'Environment',
    ])
    const figures = [...page.matchAll(/<figure><h3>([^<]*)</g)].map(([, text]) => text)
    expect(figures).toEqual([
      'Loss',
      'Test accuracy',
      'Learning rate',
      'Gradient flow',
      'Kept fraction',
      'Saturation',
      'Gradient flow over epochs',
      'Net values below 0, over epochs',
      'Confusion',
    ])
    expect(page.includes('lateralMask(sigma=1, sets=4)+gate()')).toBe(true)
    expect(page.includes('nested.depth')).toBe(true)
    expect(page.match(/<img /g)).toHaveLength(24)
  })

  it('needs nothing but itself, and takes no text for an element', async () => {
    const page = await reportOf(full)
    expect(page.match(/<script|@import|url\((?!#)/g)).toBeNull()
    expect(
      [...page.matchAll(/ (?:src|href|xlink:href)="([^"]*)"/g)].filter(([, at = '']) => !/^(data:|#)/.test(at)),
    ).toEqual([])
    expect(page.match(/<b(>|&gt;)("|&quot;)/g)).toBeNull()
    expect(page.includes('&lt;b&gt;&quot;a&quot;&amp;')).toBe(true)
    expect(page.match(/NaN|undefined|Infinity/g)).toBeNull()
  })

  it('gives each drawing names of its own, and the colours of the page', async () => {
    const page = await reportOf(full)
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(page.match(/(fill|stroke)="#0[1-4]/)).toBeNull()
    expect(page.includes('stroke="var(--series-1)"')).toBe(true)
  })

  it('shows a run as far as it has come', async () => {
    const young = await reportOf({
      status: 'running',
      accuracies: [],
      lines: [{ kind: 'step', epoch: 0.5, step: 3, trainLoss: 2, learningRate: null }],
    })
    expect(young).toContain('epochs completed')
    expect(young).toContain('<b class="bad">running</b>')
    expect(young.match(/Gradients at the sites|Test images|Learning rate|NaN|undefined/g)).toBeNull()
    const empty = await reportOf({ status: 'failed', accuracies: [] })
    expect(empty).toMatch(/Settings/)
  })

  it('passes over lines that it does not know, and numbers that are none', async () => {
    const broken = {
      ...sites(1, 3),
      sites: [{ ...sites(1, 1).sites[0], flow: { meanAbs: null, rms: null, norm: null, kept: null } }],
    }
    const page = await reportOf({ lines: [{ kind: 'sites', of: 'another version' }, { kind: 'later' }, broken] })
    expect(page.includes('Gradients at the sites')).toBe(true)
  })

  it('says why it could not look at gradients', async () => {
    const problem: SitesLine = { kind: 'sites', epoch: 1, step: 10, images: 0, sites: [], problem: 'no memory <left>' }
    const alone = await reportOf({ lines: [problem] })
    expect(alone.includes('No further look was possible: no memory &lt;left&gt;')).toBe(true)
    const later = await reportOf({ lines: [sites(1, 3), { ...problem, epoch: 2 }] })
    expect(later.includes('Gradient flow')).toBe(true)
    expect(later.includes('No further look was possible')).toBe(true)
  })

  it('says what is no run, and writes where it is told to', async () => {
    expect(await runInProcess('report', runs)).toEqual({
      code: 1,
      stdout: '',
      stderr: `gg: ${runs} is not the folder of a run: it has no config.json.\n`,
    })
    const out = join(runs, 'page.html')
    await runInProcess('report', writeRun(runs, 'run', {}), '--out', out)
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>/)
  })
})

describe.skipIf(withoutChromium !== undefined)(`the report in Chromium${withoutChromium ?? ''}`, () => {
  it.each([
    ['of a few classes', full],
    ['of a large network and 100 classes', { ...full, lines: [sites(1, 64), test(100)] }],
  ])('%s has no console message, asks for nothing, and fits the screen', async (_, run) => {
    await reportOf(run)
    await lookAt(join(runs, 'run', 'report.html'))
  })
})
