/** A compiled module as bytes: the build and the tests put them into the code. */
declare module '*.wasm' {
  const bytes: Uint8Array<ArrayBuffer>
  export default bytes
}
