import { matMul, ones, tidy } from '@tensorflow/tfjs-core'
import { BACKENDS, type BackendName, startBackend } from '../names/backends.ts'
import { TrainingError } from '../training-error.ts'
import { type Finding, reasonOf } from './finding.ts'

/** The side of the matrices that are multiplied to see whether a backend works, and how fast. */
const SIDE = 256
const TIMES = 2

/**
 * Starts every backend that there is, one after the other, and lets it multiply matrices.
 *
 * It leaves the last one that started as tfjs' current one.
 */
export async function checkBackends(): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const name of Object.keys(BACKENDS) as readonly BackendName[]) {
    if (name !== 'auto') findings.push(await checkBackend(name))
  }
  return findings
}

/** Starts one backend and lets it multiply matrices. */
export async function checkBackend(name: BackendName): Promise<Finding> {
  try {
    const begun = performance.now()
    await startBackend(name)
    const seconds = (performance.now() - begun) / 1000
    const wrong = await wrongElement()
    if (wrong !== undefined) {
      const detail = `starts, but says that the product of two ${SIDE}x${SIDE} matrices of ones has a ${wrong} in it`
      return { name, state: 'broken', detail }
    }
    const speed = await gigaflops()
    return {
      name,
      state: 'ok',
      detail: `starts in ${seconds.toFixed(2)} s, ${speed} GFLOP/s: ${BACKENDS[name].summary}`,
    }
  } catch (error) {
    // The message of `startBackend` ends with this command.
    const cause = error instanceof TrainingError && error.cause !== undefined ? error.cause : error
    return { name, state: 'missing', detail: `does not start: ${reasonOf(cause)}` }
  }
}

async function wrongElement(): Promise<number | undefined> {
  return (await productOfOnes()).find((x) => x !== SIDE)
}

async function gigaflops(): Promise<string> {
  const begun = performance.now()
  for (let i = 0; i < TIMES; i++) await productOfOnes()
  return ((TIMES * 2 * SIDE ** 3) / (performance.now() - begun) / 1e6).toPrecision(2)
}

async function productOfOnes(): Promise<Float32Array> {
  const product = tidy(() => matMul(ones([SIDE, SIDE]), ones([SIDE, SIDE])))
  try {
    return (await product.data()) as Float32Array
  } finally {
    product.dispose()
  }
}
