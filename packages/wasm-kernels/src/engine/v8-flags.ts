// V8 reads its flags when it compiles a module, so they can be set while a program runs, before the kernels start.

interface Runtime {
  readonly process?: Pick<NodeJS.Process, 'getBuiltinModule' | 'versions'>
}

/** V8's major version where Node runs on it. */
function nodeV8(): number | undefined {
  const version = (globalThis as Runtime).process?.versions?.v8
  return version === undefined ? undefined : Number.parseInt(version, 10)
}

function setFlag(flag: string): void {
  ;(globalThis as Runtime).process?.getBuiltinModule('node:v8').setFlagsFromString(flag)
}

/** Node 20 has relaxed SIMD behind a flag; later ones know the flag no more and would complain. */
export function permitFusedMultiplyAdd(): void {
  const v8 = nodeV8()
  if (v8 !== undefined && v8 < 12) setFlag('--experimental-wasm-relaxed-simd')
}

/** From V8 13 on (Node 24) two operations on 128 bits can become one on 256. False where this engine cannot. */
export function permitWideVectors(): boolean {
  const v8 = nodeV8()
  if (v8 === undefined || v8 < 13) return false
  setFlag('--experimental-wasm-revectorize')
  return true
}
