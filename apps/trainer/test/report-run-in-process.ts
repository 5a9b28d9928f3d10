import { vi } from 'vitest'
import { runCli } from '../src/run-cli.ts'
import type { Ended } from './run-gg.ts'

/** Runs a command from the sources, in the process of the test; for commands that end at once. */
export async function runInProcess(...args: readonly string[]): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text
    return true
  })
  try {
    const code = await runCli(args)
    // biome-ignore lint/suspicious/noConsole: the library that completes words prints so.
    const log = vi.mocked(console.log)
    stdout += log.mock.calls.map(([text]) => `${text}\n`).join('')
    log.mockClear()
    return { code, stdout, stderr }
  } finally {
    out.mockRestore()
    err.mockRestore()
  }
}
