// Draws docs/images/glyphs.png: ten columns of digits as a network gets them, then one row without clutter and noise.
// Run after a build: node packages/data/scripts/contact-sheet.mjs
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import { pngFile } from '../../../tools/figures/png-chunks.mjs'
import { glyphs } from '../dist/index.js'

const ZOOM = 3
const GAP = 6
const COLUMNS = 10
const CELL = 32 * ZOOM + GAP
const PAPER = 254 // palette: grey levels, the last of them white, then the colour of the boxes
const MARK = 255

const noisy = glyphs({ size: 40, seed: 2026 })
const clean = glyphs({ size: 10, seed: 2026, clutter: 0, noise: 0 })
const width = COLUMNS * CELL + GAP
const height = 5 * CELL + GAP
const pixels = new Uint8Array(width * height).fill(PAPER)

for (let row = 0; row < 5; row++) {
  for (let digit = 0; digit < COLUMNS; digit++) {
    const set = row < 4 ? noisy : clean
    const first = (row % 4) * 10
    const image = set.labels.subarray(first, first + 10).indexOf(digit) + first
    draw(set, image, GAP + digit * CELL, GAP + row * CELL)
  }
}

const out = fileURLToPath(new URL('../../../docs/images/glyphs.png', import.meta.url))
mkdirSync(fileURLToPath(new URL('.', `file://${out}`)), { recursive: true })
writeFileSync(out, png())

function draw({ images, boxes }, image, left, top) {
  const [x0, y0, x1, y1] = boxes.subarray(4 * image, 4 * image + 4)
  for (let y = 0; y < 32 * ZOOM; y++) {
    for (let x = 0; x < 32 * ZOOM; x++) {
      const level = images[image * 1024 + Math.floor(y / ZOOM) * 32 + Math.floor(x / ZOOM)]
      pixels[(top + y) * width + left + x] = Math.min(253, level)
    }
  }
  for (let x = x0 * ZOOM; x < x1 * ZOOM; x++) for (const y of [y0 * ZOOM, y1 * ZOOM - 1]) mark(left + x, top + y)
  for (let y = y0 * ZOOM; y < y1 * ZOOM; y++) for (const x of [x0 * ZOOM, x1 * ZOOM - 1]) mark(left + x, top + y)
}

function mark(x, y) {
  pixels[y * width + x] = MARK
}

function png() {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8) // 8 bits, palette
  const palette = Buffer.alloc(768)
  for (let i = 0; i < 256; i++) palette.fill(i, 3 * i, 3 * i + 3)
  palette.set([255, 255, 255, 255, 140, 0], 3 * PAPER)
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  return pngFile([
    ['IHDR', header],
    ['PLTE', palette],
    ['IDAT', deflateSync(rows, { level: 9 })],
  ])
}
