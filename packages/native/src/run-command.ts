import { BACKEND_NAMES, type BackendName, chooseBackend } from './choose-backend.ts'
import { doctor } from './doctor.ts'

const USAGE = `gg-native: the backends of TensorFlow.js on this machine

  gg-native doctor      what is here, which GPU TensorFlow sees, and what to type
  gg-native try <name>  start one backend, check its gradients and say what it computes on:
                        auto, ${BACKEND_NAMES.join(', ')}

Libtensorflow is looked for in $GG_TENSORFLOW, $VIRTUAL_ENV, $CONDA_PREFIX and the Python on the PATH.
`

/**
 * The command `gg-native`.
 *
 * @param args - What was typed after its name.
 * @param print - Takes its output.
 * @returns The exit status: 0, 1 if something does not work, 2 if the words are not understood.
 */
export async function runCommand(args: readonly string[], print: (text: string) => void): Promise<number> {
  const [command, name = 'auto', ...rest] = args
  if (rest.length > 0) return refuse(print)
  if (command === 'doctor' && args.length === 1) return await doctor(print)
  if (command === 'try') return await tryBackend(name, print)
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    print(USAGE)
    return 0
  }
  return refuse(print)
}

async function tryBackend(name: string, print: (text: string) => void): Promise<number> {
  try {
    const { reason } = await chooseBackend(name as BackendName, { onProgress: (text) => print(`${text}\n`) })
    print(`${reason}\n`)
    return 0
  } catch (error) {
    print(`${error instanceof Error ? error.message : error}\n`)
    return 1
  }
}

function refuse(print: (text: string) => void): number {
  print(USAGE)
  return 2
}
