// One chart of a figure: a title, a grid with numbers, and curves.

/** Width and height of the field of curves; around it there have to be 30 units above, 34 below and 45 to the left. */
export const PANEL = { width: 280, height: 190 }

/**
 * The lines of SVG of a chart whose field has its corner at `left`, `above`. `x` and `y` are axes, `{ from, to, ticks,
 * log?, name? }`, with numbers and lines at `ticks`; `lines` are `{ color, points, dots?, dash? }` with `points` as pairs.
 */
export function linePanel({ title, x, y, lines }, left, above) {
  const { width, height } = PANEL
  const across = (value) => (left + share(x, value) * width).toFixed(1)
  const up = (value) => (above + height - share(y, value) * height).toFixed(1)
  return [
    `<text class="ink" x="${left}" y="${above - 12}" font-weight="600">${title}</text>`,
    ...y.ticks.flatMap((tick) => [
      `<path class="grid" d="M${left} ${up(tick)}h${width}"/>`,
      `<text class="faint" x="${left - 6}" y="${Number(up(tick)) + 4}" text-anchor="end">${said(y, tick)}</text>`,
    ]),
    ...x.ticks.map(
      (tick) =>
        `<text class="faint" x="${across(tick)}" y="${above + height + 18}" text-anchor="middle">${said(x, tick)}</text>`,
    ),
    ...(x.from < 0 && x.to > 0 ? [`<path class="grid" d="M${across(0)} ${above}v${height}"/>`] : []),
    ...(x.name === undefined
      ? []
      : [
          `<text class="faint" x="${left + width / 2}" y="${above + height + 34}" text-anchor="middle">${x.name}</text>`,
        ]),
    ...lines.flatMap(({ color, points, dots = false, dash }) => [
      `<path class="line ${color}"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`} d="M${points.map(([a, b]) => `${across(a)} ${up(b)}`).join('L')}"/>`,
      ...(dots ? points.map(([a, b]) => `<circle class="line ${color}" cx="${across(a)}" cy="${up(b)}" r="2"/>`) : []),
    ]),
  ]
}

/** A row of short lines with what they stand for, `{ color, text, dash? }`, `step` units apart. */
export function legend(entries, left, y, step) {
  return entries.map(({ color, text, dash }, i) => {
    const at = left + i * step
    return (
      `<path class="line ${color}"${dash === undefined ? '' : ` stroke-dasharray="${dash}"`} d="M${at} ${y}h24"/>` +
      `<text class="ink" x="${at + 32}" y="${y + 4}">${text}</text>`
    )
  })
}

/** Where on an axis a value is, from 0 to 1. */
function share({ from, to, log = false }, value) {
  return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)
}

function said({ log = false }, tick) {
  if (!log) return String(tick)
  const power = String(Math.round(Math.log10(tick)))
  return `10<tspan dy="-4" font-size="9">${power.replace('-', '−')}</tspan>`
}
