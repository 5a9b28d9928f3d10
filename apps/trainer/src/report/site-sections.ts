import { html, type Markup, raw } from './html.ts'
import { drawLines } from './metric-charts.ts'
import { figure, section, table } from './page.ts'
import type { FlowNumbers, SiteObservation, SitesLine } from './report-lines.ts'
import { bySite, drawBySite, drawHistogram } from './site-charts.ts'

/** As many lines as the colours tell apart. */
const LINES = 6
/** As many rows of a table as a screen shows. */
const ROWS = 20

/** What was seen at the sites of the model; nothing for a run that did not look. */
export function siteSections(lines: readonly SitesLine[]): Markup | undefined {
  const problem = lines.find((line) => line.problem !== undefined)?.problem
  const seen = lines.filter(({ sites }) => sites.length > 0)
  const note = problem === undefined ? undefined : html`<p class="bad">No further look was possible: ${problem}</p>`
  if (seen.length === 0 && note === undefined) return undefined
  return section('Gradients at the sites', note, siteFigures(seen))
}

function siteFigures(lines: readonly SitesLine[]): Markup | undefined {
  const last = lines.at(-1)
  if (last === undefined) return undefined
  return html`${[
    html`<p class="soft">The loss of ${last.images} training images, sent back through the network after each epoch without
a change of any weight. Sites are in the order of the network: images come in at the top, gradients from below.</p>`,
    html`<div class="charts">${[flowFigure(lines, last), keptFigure(last), mapFigure(last), ...overEpochs(lines, last)]}</div>`,
    tableAfter(last),
  ]}`
}

/** Folded up where it is longer than a screen. */
function tableAfter({ epoch, sites }: SitesLine): Markup {
  const title = `All sites after epoch ${epochs(epoch)}`
  if (sites.length <= ROWS) return html`<h3 class="next">${title}</h3>${siteTable(sites)}`
  return html`<details><summary>${title}</summary>${siteTable(sites)}</details>`
}

function flowFigure(lines: readonly SitesLine[], last: SitesLine): Markup {
  const first = lines[0]
  const middle = lines[Math.floor(lines.length / 2)]
  const chosen = [...new Set([first, middle, last])].flatMap((line) => line ?? [])
  const arriving = chosen.map(({ epoch, sites }, i) => ({
    name: `epoch ${epochs(epoch)}`,
    values: bySite(sites, ({ flow }) => flow.meanAbs),
    joined: true,
    color: [4, 2, 0].slice(3 - chosen.length)[i] ?? 0,
  }))
  const shaped = bySite(last.sites, (site) => site.shaped?.meanAbs)
  const behind = { name: `epoch ${epochs(last.epoch)}, as it goes on`, values: shaped, color: 1, ring: true }
  return figure(
    'Gradient flow',
    drawBySite([...arriving, ...(shaped.length > 0 ? [behind] : [])], {
      label: 'Mean absolute gradient by site',
      value: 'mean |gradient|',
      log: true,
    }),
    'How much gradient arrives at a site. Where it falls by powers of ten, the layers above learn slowly.',
  )
}

function keptFigure({ sites, epoch }: SitesLine): Markup {
  const arriving = { name: 'arrives', values: bySite(sites, ({ flow }) => 100 * flow.kept), color: 0 }
  const shaped = bySite(sites, (site) => (site.shaped === undefined ? undefined : 100 * site.shaped.kept))
  const behind = { name: 'goes on', values: shaped, color: 1, ring: true }
  return figure(
    'Kept fraction',
    drawBySite([arriving, ...(shaped.length > 0 ? [behind] : [])], {
      label: 'Part of the gradient that is not 0, by site',
      value: '% of the gradient that is not 0',
      axis: { min: 0, max: 100 },
    }),
    `After epoch ${epochs(epoch)}: what activations and pooling let through, and what is left behind the shaping.`,
  )
}

function mapFigure({ sites, epoch }: SitesLine): Markup {
  const net = sites.filter((site) => site.net)
  return figure(
    'Saturation',
    drawBySite(
      [
        { name: 'below 0', values: bySite(net, ({ negative }) => 100 * negative), color: 0 },
        { name: '2 or more from 0', values: bySite(net, ({ saturated }) => 100 * saturated), color: 1 },
      ],
      {
        label: 'Net values where activations are flat, by site',
        value: '% of the net values',
        axis: { min: 0, max: 100 },
      },
    ),
    `Net values after epoch ${epochs(epoch)}: ReLU is flat below 0, tanh where they are 2 or more from 0.`,
  )
}

/** How flow and saturation went; a run of one epoch has nothing to tell of that. */
function overEpochs(lines: readonly SitesLine[], { sites }: SitesLine): readonly Markup[] {
  if (lines.length < 2) return []
  const draw = (title: string, y: string, chosen: readonly SiteObservation[], log: boolean, of: Of): Markup =>
    figure(
      title,
      drawLines(
        some(chosen).map(({ name }) => ({
          name,
          marked: lines.length < 30,
          points: lines.flatMap(({ epoch, sites: then }) => {
            const site = then.find((one) => one.name === name)
            return site === undefined ? [] : [[epoch, of(site)] as const]
          }),
        })),
        { label: title, x: 'epoch', y, log },
      ),
      chosen.length > LINES ? `${LINES} of ${chosen.length} sites.` : undefined,
    )
  const net = sites.filter((site) => site.net)
  return [
    draw('Gradient flow over epochs', 'mean |gradient|', sites, true, ({ flow }) => flow.meanAbs),
    draw('Net values below 0, over epochs', '% of the net values', net, false, ({ negative }) => 100 * negative),
  ]
}

type Of = (site: SiteObservation) => number

function some<T>(items: readonly T[]): readonly T[] {
  if (items.length <= LINES) return items
  return Array.from({ length: LINES }, (_, i) => items[Math.round((i * (items.length - 1)) / (LINES - 1))] as T)
}

function siteTable(sites: readonly SiteObservation[]): Markup {
  const anyShaped = sites.some(({ shaped }) => shaped !== undefined)
  const head = ['site', 'mean |g|', 'rms g', 'norm g', 'kept']
  const shapedHead = anyShaped ? ['goes on: mean |g|', 'kept'] : []
  return table(
    [...head, ...shapedHead, 'below 0', 'beyond ±2', 'feature map, -4 to 4'],
    sites.map((site) => [
      html`<code>${site.name}</code>`,
      ...[site.flow.meanAbs, site.flow.rms, site.flow.norm].map(digits),
      bar(site.flow.kept),
      ...(anyShaped ? shapedCells(site.shaped) : []),
      bar(site.negative),
      bar(site.saturated),
      html`<span class="spark">${raw(drawHistogram(site))}</span>`,
    ]),
  )
}

function shapedCells(shaped: FlowNumbers | undefined): readonly (Markup | string)[] {
  return shaped === undefined ? ['', ''] : [digits(shaped.meanAbs), bar(shaped.kept)]
}

function bar(part: number): Markup | string {
  if (!Number.isFinite(part)) return '-'
  const percent = (100 * part).toFixed(1)
  return html`<span class="bar"><i style="width:${percent}%"></i></span><span class="percent">${percent} %</span>`
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(3)
}

/** Whole for an epoch that is complete. */
function epochs(epoch: number): string {
  return Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(2)
}
