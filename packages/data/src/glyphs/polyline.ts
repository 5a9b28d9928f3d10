import type { Stroke } from './digit-strokes.ts'

/** Corner points `x0, y0, x1, y1, ...` of a broken line. */
export type Polyline = readonly number[]

/** A curve becomes this many straight pieces: at most 2 pixels each at the largest glyph. */
const PIECES = 7

/** A stroke as a broken line; each of its numbers first goes through `move`, which may bend the shape. */
export function polyline(stroke: Stroke, move: (x: number) => number): Polyline {
  const line: number[] = []
  for (const target of stroke) {
    const moved = target.map(move)
    if (moved.length === 2) line.push(...moved)
    else pushCubic(line, moved)
  }
  return line
}

/** B(t) = (1-t)³ p0 + 3 (1-t)² t p1 + 3 (1-t) t² p2 + t³ p3, without p0, which the line ends with already. */
function pushCubic(line: number[], [x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0]: readonly number[]): void {
  const x0 = line.at(-2) ?? 0
  const y0 = line.at(-1) ?? 0
  for (let i = 1; i <= PIECES; i++) {
    const t = i / PIECES
    const s = 1 - t
    const b0 = s * s * s
    const b1 = 3 * s * s * t
    const b2 = 3 * s * t * t
    const b3 = t * t * t
    line.push(b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3, b0 * y0 + b1 * y1 + b2 * y2 + b3 * y3)
  }
}
