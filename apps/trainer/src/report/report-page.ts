import { judged } from '../training/metrics.ts'
import { html, type Markup } from './html.ts'
import { drawLines, metricLines } from './metric-charts.ts'
import { facts, figure, page, section } from './page.ts'
import type { JsonRecord, RunRecord } from './read-run.ts'
import { type SitesLine, sitesLine, type TestLine, testLine } from './report-lines.ts'
import { siteSections } from './site-sections.ts'
import { testSections } from './test-sections.ts'

/**
 * A run as one page, for a browser without a server or a network: curves, gradients at the sites, what is taken for what,
 * mistakes, settings and environment. What the run did not record is not there.
 */
export function reportPage(run: RunRecord): string {
  const { config, name, status } = run
  const title = `${text(config['model'])} on ${text(config['data'])}`
  const message = run.run['message']
  return page(
    `${title}: ${name}`,
    html`<header>
<h1>${title}</h1>
<p class="soft">${name}${status === 'completed' ? '' : html`, <b class="bad">${status}</b>`}</p>
${typeof message === 'string' ? html`<pre>${message}</pre>` : undefined}
${tiles(run)}
</header>
${curves(run)}
${siteSections(linesOf<SitesLine>(run, sitesLine))}
${testSections(linesOf<TestLine>(run, testLine).at(-1))}
<div class="columns">
${section('Settings', facts(entries(config)))}
${section('Environment', facts(entries(run.run)))}
</div>`,
  )
}

function linesOf<T>({ lines }: RunRecord, schema: typeof sitesLine | typeof testLine): readonly T[] {
  return lines.flatMap((line) => {
    const { success, data } = schema.safeParse(line)
    return success ? [data as T] : []
  })
}

function tiles({ epochs, steps, final }: RunRecord): Markup {
  const last = epochs.at(-1)
  const best = [...epochs].sort((a, b) => judged(b).accuracy - judged(a).accuracy)[0]
  const tile = (value: string, what: string): Markup =>
    html`<div class="tile"><b>${value}</b><span>${what}</span></div>`
  if (last === undefined || best === undefined) {
    const step = steps.at(-1)
    const loss = step === undefined ? [] : [tile(step.trainLoss.toFixed(4), `training loss at step ${step.step}`)]
    return html`<div class="tiles">${[tile('0', 'epochs completed'), ...loss]}</div>`
  }
  const { by, loss, accuracy } = judged(last)
  return html`<div class="tiles">${[
    ...(final === undefined ? [] : [tile(percent(final.testAccuracy), 'test accuracy at the end')]),
    tile(percent(accuracy), `${by} accuracy after epoch ${last.epoch}`),
    tile(percent(judged(best).accuracy), `the best, after epoch ${best.epoch}`),
    tile(loss.toFixed(4), `${by} loss`),
    tile(last.trainLoss.toFixed(4), 'training loss'),
    tile(duration(last.seconds), 'training and tests'),
    tile(Math.round(last.imagesPerSecond).toLocaleString('en-US'), 'training images a second'),
  ]}</div>`
}

function curves(run: RunRecord): Markup | undefined {
  if (run.steps.length === 0 && run.epochs.length === 0) return undefined
  const { loss, accuracy, learningRate } = metricLines(run)
  const [first] = run.epochs
  const accuracyTitle =
    first !== undefined && judged(first).by === 'validation' ? 'Validation accuracy' : 'Test accuracy'
  return section(
    'Curves',
    html`<div class="charts">${[
      figure('Loss', drawLines(loss, { label: 'Loss', x: 'epoch', y: 'nats', log: true })),
      run.epochs.length > 0
        ? figure(accuracyTitle, drawLines(accuracy, { label: accuracyTitle, x: 'epoch', y: '%', axis: { max: 100 } }))
        : undefined,
      // An optimizer that is written with its own learning rate has none to tell.
      run.steps.some((step) => step.learningRate !== null)
        ? figure(
            'Learning rate',
            drawLines(learningRate, { label: 'Learning rate', x: 'epoch', y: 'learning rate', axis: { min: 0 } }),
          )
        : undefined,
    ]}</div>`,
  )
}

/** Records within records by dotted names; lists line by line. */
function entries(record: JsonRecord, path: string = ''): readonly (readonly [name: string, value: Markup | string])[] {
  return Object.entries(record).flatMap(([key, value]) => {
    const name = path === '' ? key : `${path}.${key}`
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return entries(value as JsonRecord, name)
    if (value === null || (Array.isArray(value) && value.length === 0))
      return [[name, html`<span class="soft">none</span>`]]
    const items = Array.isArray(value) ? value : [value]
    return [[name, html`${items.map((item) => html`<div><code>${text(item)}</code></div>`)}`]]
  })
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unknown')
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}

function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(1)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}
