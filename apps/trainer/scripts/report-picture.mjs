// Takes the README's pictures of a report in Chromium, docs/images/report-light.png and report-dark.png:
//   node apps/trainer/scripts/report-picture.mjs <folder of a run>
import { resolve } from 'node:path'
import { argv, env, exit, stderr } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const WIDTH = 1200
const HEIGHT = 1960

const [run] = argv.slice(2)
if (run === undefined) {
  stderr.write('Name the folder of a run.\n')
  exit(2)
}
const browser = await chromium.launch({
  executablePath: env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
for (const colorScheme of ['light', 'dark']) {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, colorScheme })
  await page.goto(pathToFileURL(resolve(run, 'report.html')).href)
  const path = fileURLToPath(new URL(`../../../docs/images/report-${colorScheme}.png`, import.meta.url))
  await page.screenshot({ path })
}
await browser.close()
