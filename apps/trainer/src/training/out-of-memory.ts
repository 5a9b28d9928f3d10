import { TrainingError } from '../training-error.ts'

/** What backends and engines say when there is no more memory; the last one is JavaScript's of a large array. */
const WORDS =
  /out of memory|memory access out of bounds|cannot enlarge memory|\bOOM\b|allocation failed|invalid typed array length/i

/**
 * Does a piece of work, and makes an error about memory a sentence that says what helps.
 *
 * @param what - What does not fit: `a step of 64 images`.
 * @param remedy - What helps.
 * @throws TrainingError `OUT_OF_MEMORY`
 */
export async function withinMemory<T>(what: string, remedy: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error) || !(WORDS.test(cause.message) || hasCode(cause))) throw cause
    throw new TrainingError('OUT_OF_MEMORY', `Out of memory: ${what} did not fit. ${remedy}`, { cause })
  }
}

/** `@gg/wasm-kernels` says it by the code of its error. */
function hasCode(error: Error & { readonly code?: unknown }): boolean {
  return error.code === 'OUT_OF_MEMORY'
}
