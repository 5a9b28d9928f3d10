// npm run check: every gate but the tests, all of them even if one fails, so that one run shows all there is to mend.
import { build, install, pnpm } from './workspace.mjs'

/** @type {readonly (readonly [gate: string, command: readonly string[]])[]} */
const GATES = [
  ['format and lint (biome)', ['exec', 'biome', 'check', '--error-on-warnings', '.']],
  ['no import cycles (oxlint)', ['exec', 'oxlint', '--quiet', '.']],
  ['types (tsc)', ['exec', 'tsc', '--noEmit']],
  ['nothing unused (knip)', ['exec', 'knip']],
  [
    'publishable (publint, attw)',
    ['exec', 'turbo', 'run', 'publishable', '--output-logs=errors-only', '--log-prefix=none'],
  ],
  ['size (size-limit)', ['exec', 'size-limit', '--silent']],
  ['every public name documented (typedoc)', ['exec', 'typedoc', '--emit', 'none', '--disableSources']],
]

install()
build()
const wanted = process.argv[2]
const chosen = GATES.filter(([gate]) => wanted === undefined || gate.includes(wanted))
const failed = chosen.filter(([gate, command]) => {
  console.log(`\n${gate}`)
  return pnpm(command) !== 0
})
for (const [gate] of chosen) console.log(`${failed.some(([name]) => name === gate) ? 'failed' : 'passed'}: ${gate}`)
process.exitCode = failed.length > 0 ? 1 : 0
