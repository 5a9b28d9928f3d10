import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a binding says in a process of its own. */
export type Probe =
  | { readonly loads: true; readonly version: string; readonly gpu: boolean }
  | { readonly loads: false; readonly reason: string }

/**
 * Loads a binding that somebody else built in a process of its own: one for the wrong machine ends the process instead
 * of throwing, and a process that has loaded one libtensorflow cannot load another.
 */
export async function probeBinding(file: string): Promise<Probe> {
  const program =
    'const b = require(process.argv[1]); console.log(JSON.stringify([b.TF_Version, b.isUsingGpuDevice()]))'
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program, file], { env, timeout: 120_000 })
    const [version, gpu] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as [string, boolean]
    return { loads: true, version, gpu }
  } catch (error) {
    return { loads: false, reason: reasonOf(error) }
  }
}

function reasonOf(error: unknown): string {
  const { signal, stderr, message } = error as { signal?: string; stderr?: string; message: string }
  if (signal) return `it ended the process with ${signal}`
  const line = (stderr ?? '').split('\n').find((text) => text.startsWith('Error:'))
  return line?.slice('Error: '.length) ?? message.split('\n')[0] ?? 'unknown'
}
