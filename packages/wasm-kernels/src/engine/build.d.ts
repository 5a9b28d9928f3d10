/** A compiled module as bytes: the build and the tests put them into the code. */
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}

/** The script of a thread as text. */
declare module '*/build/worker.txt' {
  const source: string
  export default source
}
