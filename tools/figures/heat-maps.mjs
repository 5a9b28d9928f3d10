// Rows of small pictures: images, and what flows over them in colour.
import { png } from './png.mjs'

const SIDE = 112
const GAP = 8
const LABEL = 204

/**
 * The body and size of a figure with one row of pictures for each entry of `rows`, `{ title, note?, pixel }`.
 * `pixel(column, u, v)` is the colour at the row u and column v, both from 0 to 1, of the picture in that column, which has
 * `sides[column]` × `sides[column]` pixels.
 */
export function pictureRows(rows, sides) {
  const body = rows.flatMap(({ title, note, pixel }, row) => {
    const top = GAP + row * (SIDE + GAP)
    const middle = top + SIDE / 2
    return [
      `<text class="ink" x="8" y="${middle + (note === undefined ? 4 : -4)}">${title}</text>`,
      ...(note === undefined ? [] : [`<text class="faint" x="8" y="${middle + 13}" font-size="11">${note}</text>`]),
      ...sides.map((side, column) => {
        const file = png(side, side, (x, y) => pixel(column, (y + 0.5) / side, (x + 0.5) / side))
        const href = `data:image/png;base64,${file.toString('base64')}`
        const left = LABEL + column * (SIDE + GAP)
        return `<image x="${left}" y="${top}" width="${SIDE}" height="${SIDE}" style="image-rendering:pixelated" href="${href}"/>`
      }),
    ]
  })
  return { body, width: LABEL + sides.length * (SIDE + GAP), height: rows.length * (SIDE + GAP) + GAP }
}

/** `heat` of 0 to 1 over a colour: from it over red to yellow. */
export function hot([r, g, b], heat) {
  const dim = [r / 3, g / 3, b / 3]
  const h = Math.min(1, Math.max(0, heat))
  return [dim[0] + h * (255 - dim[0]), dim[1] * (1 - h) + 230 * h * h, dim[2] * (1 - h)]
}

/** `change` of -1 to 1: blue is less, red is more, and nothing is near white. */
export function more(change) {
  const c = Math.min(1, Math.max(-1, change))
  const rest = 240 * (1 - Math.abs(c))
  return c < 0 ? [rest, rest - 90 * c, rest - 190 * c] : [rest + 213 * c, rest + 60 * c, rest]
}
