// npm run bench: builds, then runs every benchmark beside this file, or those that are named: npm run bench -- data
import { readdirSync } from 'node:fs'
import { build, install, must, ROOT, run } from '../tools/workspace.mjs'

const names = readdirSync(`${ROOT}bench`)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -'.mjs'.length))
const chosen = process.argv.length > 2 ? process.argv.slice(2) : names
const unknown = chosen.find((name) => !names.includes(name))
if (unknown !== undefined) must(2, `bench: a benchmark must be one of ${names.join(', ')}, got '${unknown}'.`)

install()
build()
for (const name of chosen) {
  console.log(`\n${name}`)
  must(run(process.execPath, [`${ROOT}bench/${name}.mjs`]), `The benchmark '${name}' failed.`)
}
