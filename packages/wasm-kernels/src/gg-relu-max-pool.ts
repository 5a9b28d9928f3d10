import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { GRAIN, ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

/** How the windows lie, in pairs of height and width; `positions` is how many there are. */
interface WindowAttrs {
  readonly window: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly before: readonly [number, number]
  readonly positions: readonly [number, number]
}

interface Packing {
  readonly bits: number
  readonly perWord: number
  readonly words: number
}

/** As many places to a float32 as its 24 bits take, which is what plain operations pack too. */
function packingOf(size: number, { window: [height, width] }: WindowAttrs): Packing {
  const bits = Math.max(1, Math.ceil(Math.log2(height * width)))
  const perWord = Math.floor(24 / bits)
  return { bits, perWord, words: Math.ceil(size / perWord) }
}

/** What the jobs read of the windows, behind the addresses of three tensors. */
function geometry([, height = 0, width = 0, channels = 0]: readonly number[], attrs: WindowAttrs): readonly number[] {
  return [height, width, channels, ...attrs.positions, ...attrs.window, ...attrs.strides, ...attrs.before]
}

/** A place is a byte while the jobs work. */
const MOST_PLACES = 256

/** `maxPool(relu(x))` and, packed, the place of each maximum in its window: see `reluMaxPool` of `@gg/backprop`. */
export const ggReluMaxPool: WasmKernel = ggKernel<{ x: TensorInfo }, WindowAttrs>(
  'GgReluMaxPool',
  ({ inputs: { x }, attrs, engine, make }) => {
    if (attrs.window[0] * attrs.window[1] > MOST_PLACES) return []
    const [batch = 0, , , channels = 0] = x.shape
    const y = make([batch, ...attrs.positions, channels])
    const size = util.sizeFromShape(y.shape)
    const { bits, perWord, words } = packingOf(size, attrs)
    const packed = make([words])
    engine.borrow((take) => {
      const places = take(words * perWord)
      new Uint8Array(engine.heap.memory.buffer, places + size, words * perWord - size).fill(0)
      const addresses = [engine.at(y), engine.at(x), places]
      const rows = { items: batch * attrs.positions[0], grain: 1 }
      if (size > 0) engine.run('ggReluMaxPool', rows, [...addresses, ...geometry(x.shape, attrs)])
      const cut = { items: words, grain: GRAIN }
      engine.run('ggPackPlaces', cut, [engine.at(packed), places, words, perWord, bits])
    })
    return [y, packed]
  },
)

interface GradInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly dy: TensorInfo
  /** The output of the forward pass. */
  readonly z: TensorInfo
  readonly packed: TensorInfo
}

/** The gradient of `GgReluMaxPool`, of the shape `[batch, ...size, channels]`. */
export const ggReluMaxPoolGrad: WasmKernel = ggKernel<GradInputs, WindowAttrs & { size: readonly [number, number] }>(
  'GgReluMaxPoolGrad',
  ({ inputs: { dy, z, packed }, attrs, engine, make }) => {
    if (attrs.window[0] * attrs.window[1] > MOST_PLACES) return []
    const [batch = 0, , , channels = 0] = z.shape
    const dx = make([batch, ...attrs.size, channels])
    const { bits, perWord, words } = packingOf(util.sizeFromShape(z.shape), attrs)
    engine.borrow((take) => {
      const places = take(words * perWord)
      const cut = { items: words, grain: GRAIN }
      engine.run('ggUnpackPlaces', cut, [places, engine.at(packed), words, perWord, bits])
      const addresses = [engine.at(dx), engine.at(dy), engine.at(z)]
      const images = { items: channels === 0 ? 0 : batch, grain: 1 }
      engine.run('ggReluMaxPoolGrad', images, [...addresses, ...geometry(dx.shape, attrs), places])
    })
    return [dx]
  },
)
