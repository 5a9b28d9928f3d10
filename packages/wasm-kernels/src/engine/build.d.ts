/**
 * A compiled module in hexadecimal, two digits a byte: so the build and the tests put it into the code. In base64, whose
 * letters straddle bytes, what compresses a package finds none of the repetitions, and makes it half as large again.
 */
declare module '*.wasm' {
  const digits: string
  export default digits
}

/** The script of a thread as text. */
declare module '*/build/worker.txt' {
  const source: string
  export default source
}
