export { expectNoLeak } from './expect-no-leak.ts'
export { BACKENDS, onBackends } from './on-backends.ts'
export { readVectors } from './read-vectors.ts'
export { type Tolerance, toBeAllClose } from './to-be-all-close.ts'
