import plain from '../../build/plain.wasm'
import relaxed4x8 from '../../build/relaxed-4x8.wasm'
import relaxed6x8 from '../../build/relaxed-6x8.wasm'
import relaxed6x16 from '../../build/relaxed-6x16.wasm'
import simd4x8 from '../../build/simd-4x8.wasm'

/** A build of the register tiles, named by what it needs and by its tile's rows × columns. */
export type TileBuild = 'simd-4x8' | 'relaxed-4x8' | 'relaxed-6x8' | 'relaxed-6x16'

/** The builds in hexadecimal, and what each is for. */
const BUILDS: Readonly<Record<TileBuild | 'plain', string>> = {
  /** The kernels that memory bounds, in one build. */
  plain,
  /** Multiply, then add: runs wherever tfjs' own SIMD binary does. */
  'simd-4x8': simd4x8,
  /** Fused multiply-add, for V8 before 13 (Node 20 and 22), which spills wider tiles. */
  'relaxed-4x8': relaxed4x8,
  /** For V8 from 13 on (Node 24). */
  'relaxed-6x8': relaxed6x8,
  /** For V8 from 13 on with `--experimental-wasm-revectorize`, which makes one 256-bit operation of two. */
  'relaxed-6x16': relaxed6x16,
}

/** The builds of the register tiles. */
export const TILE_BUILDS: readonly TileBuild[] = Object.keys(BUILDS).filter(
  (name): name is TileBuild => name !== 'plain',
)

/** A build as bytes. */
export function bytesOf(build: TileBuild | 'plain'): Uint8Array<ArrayBuffer> {
  const digits = BUILDS[build]
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** V8's major version as Node or Chromium tells it; undefined elsewhere. */
function v8Major(): number | undefined {
  const node = (globalThis as { process?: { versions?: { v8?: string } } }).process?.versions?.v8
  if (node !== undefined) return Number.parseInt(node, 10)
  const chromium = /Chrom(?:e|ium)\/(\d+)/.exec(globalThis.navigator?.userAgent ?? '')?.[1]
  // Chromium N carries V8 N / 10.
  return chromium === undefined ? undefined : Number(chromium) / 10
}

/** The fastest build that this engine compiles. Which tile is fastest was measured, engine by engine. */
export function chooseBuild(): TileBuild {
  if (!WebAssembly.validate(bytesOf('relaxed-4x8'))) return 'simd-4x8'
  return (v8Major() ?? 0) >= 13 ? 'relaxed-6x8' : 'relaxed-4x8'
}
