import type { Polyline } from './polyline.ts'

/** Height and width of the canvas in pixels. */
export const SIDE = 32

/** How a stroke is drawn: half its width in pixels, and its grey levels above the background. */
export interface Pen {
  readonly radius: number
  readonly contrast: number
}

/** `[x0, y0, x1, y1]` in pixels, half-open. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number]

/**
 * Draws a broken line with round ends. A pixel's ink goes linearly from full to none over the one pixel around the edge
 * of the stroke, by the distance of its centre from the line; where strokes overlap, the stronger ink stays.
 */
export function drawPolyline(canvas: Float32Array, line: Polyline, { radius, contrast }: Pen): void {
  const reach = radius + 0.5
  for (let i = 0; i + 3 < line.length; i += 2) {
    const ax = line[i] ?? 0
    const ay = line[i + 1] ?? 0
    const bx = line[i + 2] ?? 0
    const by = line[i + 3] ?? 0
    const dx = bx - ax
    const dy = by - ay
    const perLength = 1 / (dx * dx + dy * dy || 1)
    // Only the pixels whose centre can be within reach of this piece.
    const fromX = Math.max(0, Math.ceil(Math.min(ax, bx) - reach - 0.5))
    const fromY = Math.max(0, Math.ceil(Math.min(ay, by) - reach - 0.5))
    const toX = Math.min(SIDE - 1, Math.floor(Math.max(ax, bx) + reach - 0.5))
    const toY = Math.min(SIDE - 1, Math.floor(Math.max(ay, by) + reach - 0.5))
    for (let y = fromY; y <= toY; y++) {
      for (let x = fromX; x <= toX; x++) {
        const px = x + 0.5 - ax
        const py = y + 0.5 - ay
        const t = Math.min(1, Math.max(0, (px * dx + py * dy) * perLength))
        const ex = px - t * dx
        const ey = py - t * dy
        const squared = ex * ex + ey * ey
        if (squared >= reach * reach) continue
        const ink = contrast * Math.min(1, reach - Math.sqrt(squared))
        const at = y * SIDE + x
        if (ink > (canvas[at] ?? 0)) canvas[at] = ink
      }
    }
  }
}

/** The smallest box around the pixels with at least half a grey level of ink: those that rounding to bytes keeps. */
export function inkBox(canvas: Float32Array): Box {
  let x0 = SIDE
  let y0 = SIDE
  let x1 = 0
  let y1 = 0
  for (let at = 0; at < canvas.length; at++) {
    if ((canvas[at] ?? 0) < 0.5) continue
    const x = at % SIDE
    const y = (at - x) / SIDE
    x0 = Math.min(x0, x)
    y0 = Math.min(y0, y)
    x1 = Math.max(x1, x + 1)
    y1 = Math.max(y1, y + 1)
  }
  return [x0, y0, x1, y1]
}
