import { pathToFileURL } from 'node:url'
import { chromiumPath, launchChromium } from '@gg/testing/chromium'
import { expect } from 'vitest'

/** Behind the title of a suite that needs a browser where there is none. */
export const withoutChromium: string | undefined =
  chromiumPath === undefined ? ': skipped, install Chromium or set CHROMIUM_PATH' : undefined

/**
 * Opens a page of ours as a telephone and as a large screen do, light and dark: it must say nothing on the console, ask for
 * nothing, fit the width, and have its drawings in the colours of the scheme.
 */
export async function lookAt(path: string): Promise<void> {
  const browser = await launchChromium()
  try {
    const papers = new Set<string>()
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [390, 1440]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
        const messages: string[] = []
        const requests: string[] = []
        page.on('console', (message) => messages.push(message.text()))
        page.on('pageerror', (error) => messages.push(String(error)))
        page.on('request', (request) => requests.push(request.url().slice(0, 20)))
        await page.goto(pathToFileURL(path).href)
        const { paper, line, ...seen } = await page.evaluate(() => ({
          scrollWidth: document.documentElement.scrollWidth,
          paper: getComputedStyle(document.body).backgroundColor,
          line: getComputedStyle(document.querySelector('[stroke="var(--series-1)"]') ?? document.body).stroke,
          broken: [...document.images].filter(({ naturalWidth }) => naturalWidth === 0).length,
          narrow: [...document.querySelectorAll('figure svg')].filter((svg) => svg.getBoundingClientRect().width < 250)
            .length,
        }))
        expect({ messages, ...seen }).toEqual({ messages: [], scrollWidth: width, broken: 0, narrow: 0 })
        expect(requests.filter((url) => !/^(data:|file:)/.test(url))).toEqual([])
        expect(line).toMatch(/^rgb/)
        papers.add(`${colorScheme} ${paper}`)
      }
    }
    expect([...papers].sort()).toEqual(['dark rgb(13, 17, 23)', 'light rgb(255, 255, 255)'])
  } finally {
    await browser.close()
  }
}
