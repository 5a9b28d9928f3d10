/** Runs the items `from..to` of the work that is described at `args`, with memory of its own at `scratch`. */
export type Job = (args: number, from: number, to: number, scratch: number) => void

/** Compiles a module onto a memory. Its exports are jobs, and numbers that the jobs are built with. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Record<string, Job> {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  return Object.fromEntries(
    Object.entries(exports).filter((entry): entry is [string, Job] => typeof entry[1] === 'function'),
  )
}
