import type { Circuit, Summary } from './circuit.ts'
import { describeSummary, isBig } from './describe-summary.ts'
import { layoutCircuit, type PlacedEdge, type PlacedNode } from './layout-circuit.ts'

/** Options of `circuitToSvg`. */
export interface CircuitToSvgOptions {
  /** From left to right or from top to bottom; by default the former for up to 16 gates. */
  readonly direction?: 'LR' | 'TB'
  /** What the picture shows, for readers that cannot see it. */
  readonly title?: string
}

const green = '#116329'
const red = '#cf222e'
const grey = '#57606a'
/** White around letters, so that no line runs through them. */
const halo = 'paint-order="stroke" stroke="#ffffff" stroke-width="3"'

/**
 * A circuit as a picture in the way of Stanford's course cs231n: gates as circles, on each wire the value in green and
 * under it the gradient in red. Tensors of more than four numbers are shape, norms and the histogram of their gradient.
 *
 * Laid out by dagre. Deterministic: the same circuit gives the same text, so that pictures can be committed.
 *
 * @param circuit - What `traceGradient` returned.
 * @param options - Direction and title.
 * @returns An SVG document as a string.
 *
 * @example
 * ```ts
 * import { circuitToSvg, traceGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const svg = circuitToSvg(await traceGradient((x: tf.Tensor) => tf.square(x), tf.scalar(3)), { title: 'x squared' })
 * console.log(svg.startsWith('<svg'), svg.includes('>x²</text>')) // → true true
 * ```
 */
export function circuitToSvg(circuit: Circuit, options: CircuitToSvgOptions = {}): string {
  const { direction = circuit.gates.length <= 16 ? 'LR' : 'TB', title = 'A circuit with its gradients' } = options
  const { width, height, nodes, edges } = layoutCircuit(circuit, direction)
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="${grey}"/></marker></defs>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<g font-family="ui-sans-serif, Helvetica, Arial, sans-serif" font-size="13" text-anchor="middle">`,
    ...edges.map(line),
    ...edges.map(label),
    ...nodes.map(node),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function line({ points }: PlacedEdge): string {
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('')
  return `<path d="${path}" fill="none" stroke="${grey}" stroke-linejoin="round" marker-end="url(#arrow)"/>`
}

function label({ value, gradient, x, y }: PlacedEdge): string {
  const back = gradient === undefined ? '' : describeSummary(gradient)
  if (!isBig(value)) return text(x, y - 4, describeSummary(value), green) + text(x, y + 14, back, red)
  const rows = [
    text(x, y - 21, `[${value.shape.join(', ')}]`, grey),
    text(x, y - 6, describeSummary(value), green),
    text(x, y + 9, back, red),
  ]
  return paper(x, y, 100, 62) + rows.join('') + (gradient === undefined ? '' : bars(x, y + 29, gradient))
}

/** A histogram, 16 bars high enough to be told from nothing where there is one number. */
function bars(x: number, bottom: number, { histogram }: Summary): string {
  const most = Math.max(...histogram, 1)
  const path = histogram
    .map((count, i) =>
      count === 0
        ? ''
        : `M${round(x - 40 + 5 * i)} ${round(bottom)}v${round(-1 - (14 * count) / most)}h4V${round(bottom)}z`,
    )
    .join('')
  return `<path d="${path}" fill="${red}" opacity="0.55"/>`
}

/** White behind a label, so that lines do not run through it. */
function paper(x: number, y: number, width: number, height: number): string {
  return `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" fill="#ffffff"/>`
}

function node({ kind, label: name, note, x, y, width, height }: PlacedNode): string {
  if (kind === 'output') return ''
  const left = `x="${round(x - width / 2)}" y="${round(y - height / 2)}"`
  const box = `<rect ${left} width="${round(width)}" height="${height}" rx="${kind === 'gate' ? Math.min(height, width) / 2 : 4}"`
  const looks = {
    gate: `fill="#ddf4ff" stroke="#0969da"`,
    input: `fill="#fff8c5" stroke="#bf8700"`,
    constant: `fill="#f6f8fa" stroke="#d0d7de"`,
  }
  const side =
    note === ''
      ? ''
      : `<text x="${round(x + width / 2 + 6)}" y="${round(y + 4)}" text-anchor="start" fill="${grey}" font-size="11">${escaped(note)}</text>`
  return `${box} ${looks[kind]}/><text x="${round(x)}" y="${round(y + 5)}" fill="#1f2328">${escaped(name)}</text>${side}`
}

function text(x: number, y: number, content: string, color: string): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="${color}" ${halo}>${escaped(content)}</text>`
}

function round(x: number): number {
  return Math.round(x * 10) / 10
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
