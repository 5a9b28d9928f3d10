import { styleText } from 'node:util'
import { enableProdMode } from '@tensorflow/tfjs-core'
import { Command } from 'commander'
import { checkBackends } from './check-backends.ts'
import { checkDatasets } from './check-datasets.ts'
import { checkMachine, checkPrograms, checkVersions } from './check-machine.ts'
import type { Finding } from './finding.ts'

/** All that was looked at. */
interface Examination {
  readonly versions: readonly Finding[]
  readonly machine: readonly Finding[]
  readonly backends: readonly Finding[]
  readonly datasets: readonly Finding[]
  readonly programs: readonly Finding[]
}

/** `gg doctor`. */
export function doctorCommand(exit: (code: number) => void): Command {
  return new Command('doctor')
    .description(
      'Say what is installed, which backends start here and why others do not, and which data sets are here.',
    )
    .option('--data-dir <folder>', 'the folder above those of the data sets (default: GG_DATA_DIR)')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ dataDir = null, json }: { readonly dataDir?: string | null; readonly json?: boolean }) => {
      enableProdMode() // Or tfjs greets every program that runs it in Node.
      const found: Examination = {
        versions: checkVersions(),
        machine: checkMachine(),
        backends: await checkBackends(),
        datasets: await checkDatasets(dataDir),
        programs: checkPrograms(),
      }
      const out = process.stdout
      const colours = out.isTTY && out.hasColors()
      out.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : examinationText(found, colours))
      exit(canTrain(found) ? 0 : 1)
    })
}

const EXAMPLES = `
Examples:
  gg doctor
  gg doctor --data-dir ~/data
  gg doctor --json | jq '.backends[] | select(.state == "ok") | .name'

Exit codes: 0 gg train works here, 1 something that it needs is missing or broken, 2 not understood.`

/** Training needs the versions, a folder to write to, and one backend; data is drawn where there is none. */
function canTrain({ versions, machine, backends }: Examination): boolean {
  return [...versions, ...machine].every(({ state }) => state === 'ok') && backends.some(({ state }) => state === 'ok')
}

function examinationText(found: Examination, colours: boolean): string {
  const mark = ({ state }: Finding): string => {
    const word = state.padEnd(9)
    return colours ? styleText(state === 'ok' ? 'green' : state === 'missing' ? 'yellow' : 'red', word) : word
  }
  const blocks = Object.entries(TITLES).map(([part, title]) => {
    const findings = found[part as keyof Examination]
    const width = Math.max(...findings.map(({ name }) => name.length)) + 2
    const lines = findings.map((one) => {
      const remedy = one.remedy === undefined ? '' : `\n${' '.repeat(width + 11)}${one.remedy}`
      return `  ${mark(one)}${one.name.padEnd(width)}${one.detail}${remedy}`
    })
    return [colours ? styleText('bold', title) : title, ...lines].join('\n')
  })
  const verdict = canTrain(found)
    ? `gg train works here. To begin: gg train${found.backends.some(isFast) ? '' : ' --backend cpu --limit 2000'}`
    : 'gg train does not work here until what is broken above is mended.'
  return `${[...blocks, verdict].join('\n\n')}\n`
}

function isFast({ name, state }: Finding): boolean {
  return state === 'ok' && name !== 'cpu'
}

const TITLES: Readonly<Record<keyof Examination, string>> = {
  versions: 'Versions',
  machine: 'Machine',
  backends: 'Backends',
  datasets: 'Data sets',
  programs: 'Programs that are not needed to train',
}
