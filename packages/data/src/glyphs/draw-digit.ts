import type { RandomStream } from '../random-stream.ts'
import { drawPolyline, type Pen, SIDE } from './canvas.ts'
import { DIGIT_STROKES } from './digit-strokes.ts'
import { type Polyline, polyline } from './polyline.ts'

/** Draws one digit in a random hand at a random place, wholly on the canvas. */
export function drawDigit(canvas: Float32Array, digit: number, random: RandomStream): void {
  const pen: Pen = { radius: random.between(0.5, 1.15), contrast: random.between(90, 190) }
  for (const line of place(write(digit, random), pen.radius + 0.5, random)) drawPolyline(canvas, line, pen)
}

/** One way of writing the digit, every control point moved a little, then scaled, sheared and turned around 0. */
function write(digit: number, random: RandomStream): readonly Polyline[] {
  const ways = DIGIT_STROKES[digit] ?? []
  const strokes = ways[random.below(ways.length)] ?? []
  const height = random.between(12, 20)
  const width = height * random.between(0.5, 0.8)
  const shear = random.between(-0.25, 0.25)
  // Half the angle's tangent gives sine and cosine by division alone: engines differ in the last bit of Math.sin.
  const t = random.between(-0.18, 0.18) // up to 20 degrees either way
  const cos = (1 - t * t) / (1 + t * t)
  const sin = (2 * t) / (1 + t * t)
  return strokes.map((stroke) => {
    const line = polyline(stroke, (x) => x + random.between(-0.05, 0.05))
    return mapPoints(line, (x, y) => {
      const down = (y - 0.5) * height
      const right = (x - 0.5) * width - shear * down
      return [cos * right - sin * down, sin * right + cos * down]
    })
  })
}

/** Moves the lines to a place that is equally likely to be any where all ink is at least `margin` inside the canvas. */
function place(lines: readonly Polyline[], margin: number, random: RandomStream): readonly Polyline[] {
  const all = lines.flat()
  const offset = (axis: 0 | 1): number => {
    const values = all.filter((_, i) => i % 2 === axis)
    return random.between(margin - Math.min(...values), SIDE - margin - Math.max(...values))
  }
  const dx = offset(0)
  const dy = offset(1)
  return lines.map((line) => mapPoints(line, (x, y) => [x + dx, y + dy]))
}

function mapPoints(line: Polyline, move: (x: number, y: number) => readonly [number, number]): Polyline {
  const moved: number[] = []
  for (let i = 0; i + 1 < line.length; i += 2) moved.push(...move(line[i] ?? 0, line[i + 1] ?? 0))
  return moved
}
