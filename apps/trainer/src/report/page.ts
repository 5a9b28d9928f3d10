import { type Chart, SERIES } from './chart.ts'
import { html, type Markup, raw } from './html.ts'

/** A page that needs nothing but itself: no server, no network, no script. */
export function page(title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup
}

/** A drawing with its title, and what it shows as text beneath it. */
export function figure(title: string, { svg, keys }: Chart, note?: Markup | string): Markup {
  const names = keys.map(
    ({ name, color }) => html`<li style="--key: var(--series-${(color % SERIES.length) + 1})">${name}</li>`,
  )
  const legend = names.length > 0 ? html`<ul class="keys">${names}</ul>` : undefined
  return html`<figure><h3>${title}</h3>${legend}${raw(svg)}${note && html`<figcaption>${note}</figcaption>`}</figure>`
}

/** A part of the page under a heading. */
export function section(title: string, ...content: readonly (Markup | undefined)[]): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`
}

/** Facts in two columns. */
export function facts(entries: readonly (readonly [name: string, value: Markup | string])[]): Markup {
  const rows = entries.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
  return html`<div class="wide"><table class="facts"><tbody>${rows}</tbody></table></div>`
}

/** A table; the first column names the row, all others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly (Markup | string)[])[]): Markup {
  const titles = head.map((title) => html`<th scope="col">${title}</th>`)
  const lines = rows.map(
    ([name = '', ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )
  return html`<div class="wide"><table><thead><tr>${titles}</tr></thead><tbody>${lines}</tbody></table></div>`
}

// The series are Okabe and Ito's colours; in the dark, lighter ones of the same hues.
const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --soft: #59636e; --faint: #d8dee4;
  --series-1: #0072b2; --series-2: #d55e00; --series-3: #009e73; --series-4: #b8538f; --series-5: #c98a00; --series-6: #56b4e9;
  --good: #1a7f37; --bad: #c0392b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --card: #161b22; --ink: #e6edf3; --soft: #9aa4af; --faint: #30363d;
    --series-1: #4ba3e3; --series-2: #ff8c42; --series-3: #2bc79a; --series-4: #e08fc0; --series-5: #f0b429; --series-6: #9bd5f7;
    --good: #3fb950; --bad: #ff7b72;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 16px 64px; max-width: 1440px;
  background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
}
@media (max-width: 500px) { body { padding-inline: 12px; } figure { padding-inline: 8px; } }
@media (min-width: 800px) { body { padding: 40px 40px 80px; } }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 12px; }
h3 { font-size: 14px; font-weight: 600; margin: 0 0 6px; }
p { margin: 0 0 12px; max-width: 76ch; }
.soft, figcaption { color: var(--soft); }
ul { margin: 0 0 12px; padding-left: 20px; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 10px 14px; margin: 0 0 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 20px 0 0; }
.tile { background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 10px 14px; }
.tile b { display: block; font-size: 22px; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 16px; }
figure { margin: 0; min-width: 0; background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 14px 14px 12px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: 13px; margin-top: 6px; }
.next { margin-top: 20px; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--faint); white-space: nowrap; vertical-align: top; }
th { font-weight: 500; }
th[scope=row], th:first-child, .facts td { text-align: left; }
thead th { color: var(--soft); font-size: 13px; }
.facts td { white-space: normal; overflow-wrap: anywhere; }
.facts th { color: var(--soft); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px 40px; }
.bar { display: inline-block; width: 64px; height: 8px; margin-right: 8px; background: var(--faint); border-radius: 4px; overflow: hidden; }
.keys { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; margin: 0 0 8px; padding: 0; font-size: 13px; }
.keys li::before { content: ""; display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle; background: var(--key); }
.percent { display: inline-block; width: 56px; }
.spark { display: block; width: 128px; }
.bar i { display: block; height: 100%; background: var(--series-1); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 12px; }
.picture { background: var(--card); border: 1px solid var(--faint); border-radius: 8px; padding: 8px; font-size: 12px; line-height: 1.35; min-width: 0; overflow-wrap: anywhere; }
.picture img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border-radius: 4px; margin-bottom: 6px; }
.good { color: var(--good); } .bad { color: var(--bad); }
details { margin-top: 12px; } summary { cursor: pointer; color: var(--soft); }
@media print { body { max-width: none; } figure, .tile, .picture { break-inside: avoid; } }
`
