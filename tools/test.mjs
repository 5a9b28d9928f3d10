// npm test: installs, builds, runs every test (or those that the arguments choose) and prints the counts.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { build, install, pnpm, ROOT } from './workspace.mjs'

const RESULTS = `${ROOT}.test-results/vitest.json`

install()
build()
mkdirSync(`${ROOT}.test-results`, { recursive: true })
rmSync(RESULTS, { force: true })
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`]
const status = pnpm(['exec', 'vitest', 'run', ...reporters, ...process.argv.slice(2)])
console.log(counts())
process.exitCode = status

/** `N passed, N failed, N skipped`; a file that could not even be loaded counts as one failure. */
function counts() {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(RESULTS, 'utf8'))
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  return `${numPassedTests} passed, ${numFailedTests + unloaded} failed, ${numPendingTests} skipped`
}
