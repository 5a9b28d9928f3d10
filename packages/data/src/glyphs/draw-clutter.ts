import type { RandomStream } from '../random-stream.ts'
import { type Box, drawPolyline, type Pen, SIDE } from './canvas.ts'
import { type Polyline, polyline } from './polyline.ts'

/** Places tried for one piece before it is left out: a large glyph leaves little room. */
const TRIES = 6

/** Draws 0 to `most` short curves and dots with the pens of digits, none of them within a pixel of `keepFree`. */
export function drawClutter(canvas: Float32Array, most: number, keepFree: Box, random: RandomStream): void {
  const pieces = random.below(most + 1)
  for (let piece = 0; piece < pieces; piece++) {
    const pen: Pen = { radius: random.between(0.5, 1.15), contrast: random.between(70, 190) }
    const length = random.below(3) === 0 ? 0 : random.between(1.5, 5)
    for (let tries = 0; tries < TRIES; tries++) {
      const line = scribble(length, random)
      if (overlaps(line, pen.radius + 1.5, keepFree)) continue
      drawPolyline(canvas, line, pen)
      break
    }
  }
}

/** A curve whose points are at most `length` in x and in y from a point of the canvas; length 0 makes a dot. */
function scribble(length: number, random: RandomStream): Polyline {
  const x = random.between(0, SIDE)
  const y = random.between(0, SIDE)
  const around = (centre: number) => centre + random.between(-length, length)
  const control = [around(x), around(y), around(x), around(y), around(x), around(y)]
  return polyline([[x, y], control], (value) => value)
}

function overlaps(line: Polyline, reach: number, [x0, y0, x1, y1]: Box): boolean {
  const xs = line.filter((_, i) => i % 2 === 0)
  const ys = line.filter((_, i) => i % 2 === 1)
  return (
    Math.max(...xs) + reach > x0 &&
    Math.min(...xs) - reach < x1 &&
    Math.max(...ys) + reach > y0 &&
    Math.min(...ys) - reach < y1
  )
}
