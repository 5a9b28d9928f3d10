/** Runs the items `from..to` of the work that is described behind the control block, with memory of its own at `scratch`. */
export type Job = (args: number, from: number, to: number, scratch: number) => void

/** The jobs of a module, put onto a memory, in the order of the module, which is the same in every thread. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): (readonly [string, Job])[] {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return Object.entries(exports).filter((entry): entry is [string, Job] => typeof entry[1] === 'function')
}
