import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe } from 'vitest'
import { bytesOf, chooseBuild, TILE_BUILDS, type TileBuild } from '../src/engine/builds.ts'
import { createEngine } from '../src/engine/engine.ts'
import { useEngine } from '../src/engine/engine-of.ts'
import { heapOf } from '../src/engine/heap.ts'
import { permitFusedMultiplyAdd, permitWideVectors } from '../src/engine/v8-flags.ts'

/** Runs tests with each register tile that this V8 compiles. */
export function forEachBuild(tests: (build: TileBuild) => void): void {
  permitFusedMultiplyAdd()
  // Node 24 and later; not by default, because it changes how V8 compiles every module of the process.
  if (process.env['GG_REVECTORIZE'] !== undefined) permitWideVectors()
  const use = (build: TileBuild) => {
    const wasm = backend() as BackendWasm
    useEngine(wasm, createEngine(heapOf(wasm)!, build))
  }
  for (const build of TILE_BUILDS) {
    describe.runIf(WebAssembly.validate(bytesOf(build)))(build, () => {
      beforeAll(() => use(build))
      tests(build)
    })
  }
  afterAll(() => use(chooseBuild()))
}
