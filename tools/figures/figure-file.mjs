// Writes a drawn figure into docs/images: one file for light and dark pages.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// The colours of lines are Okabe and Ito's, which people with any colour vision tell apart; in the dark their light kin.
const STYLE = `
.page { fill: #ffffff } .ink { fill: #1f2328 } .faint { fill: #57606a } .grid { stroke: #d0d7de }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
.grey { stroke: #57606a } .blue { stroke: #0072b2 } .orange { stroke: #d55e00 } .green { stroke: #009e73 } .pink { stroke: #c4569a }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } .ink { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #30363d }
.grey { stroke: #9198a1 } .blue { stroke: #56b4e9 } .orange { stroke: #ff8c42 } .green { stroke: #2fd6a5 } .pink { stroke: #f29bd0 }
}`

/**
 * Writes `docs/images/NAME.svg`. The page is painted, so that the words can be read wherever the picture lies.
 *
 * `body` is lines of SVG whose text has the class `ink` or `faint`, whose curves have `line` and a colour's name.
 */
export function writeFigure(name, { title, width, height, body }) {
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...body,
    '</svg>',
  ].join('\n')
  const out = fileURLToPath(new URL(`../../docs/images/${name}.svg`, import.meta.url))
  mkdirSync(fileURLToPath(new URL('../../docs/images/', import.meta.url)), { recursive: true })
  writeFileSync(out, `${svg}\n`)
}
