import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu'
import { DEPTH, filterGradientShader, THREADS, type Tile } from './filter-gradient-shader.ts'

/** The gradient of a filter as a product of matrices: its sizes, and whether four numbers can be read at once. */
export interface FilterGradientProduct {
  /** Numbers of the filter for one output channel: height × width × input channels. */
  readonly rows: number
  /** Output channels. */
  readonly columns: number
  /** Pixels of the output over all images, over which the sum is taken. */
  readonly inner: number
  /** The input channels are a multiple of 4. */
  readonly wideRows: boolean
  /** The output channels are a multiple of 4. */
  readonly wideColumns: boolean
}

/** How the inner dimension is divided among workgroups. */
export interface Split {
  readonly parts: number
  /** Slices of {@link DEPTH} in each part; the last part may end early. */
  readonly slices: number
}

/** Enough for the largest cards: a small filter is divided along its inner dimension until there are as many. */
const WORKGROUPS = 1024
/** Below so many pixels a part is not worth its place in the second pass. */
const SHORTEST = 128
const MOST_PARTS = 256

/**
 * The gradient of a convolution's filter, `dW[(r, c, i), o] = Σ_p x[p·stride - pad + (r, c), i] · dy[p, o]`, over all
 * pixels `p` of all images: a product of matrices, of which the first is never written down.
 *
 * A workgroup brings {@link DEPTH} pixels of both to its own memory, from where each of its 64 threads feeds 16 to 64
 * sums that it keeps in registers. Pixels in the padding are read as 0. With several parts the result has one row of
 * the filter's size for each of them, to be summed by {@link sumOfParts}.
 */
export function filterGradientProgram(
  product: FilterGradientProduct,
  outputShape: readonly number[],
  parts: number,
): WebGPUProgram {
  const tile = tileFor(product)
  const [height, width] = sizeOf(tile)
  const { wideRows, wideColumns } = product
  return {
    variableNames: ['x', 'dy'],
    variableComponents: [wideRows ? 4 : 1, wideColumns ? 4 : 1],
    outputComponent: wideColumns ? 4 : 1,
    outputShape: [...outputShape],
    uniforms: 'strides : vec2<i32>, pads : vec2<i32>, filterWidth : i32, rows : i32, inner : i32, slices : i32,',
    workgroupSize: [THREADS, 1, 1],
    dispatchLayout: { x: [0], y: [1], z: [2] },
    dispatch: [Math.ceil(product.columns / width), Math.ceil(product.rows / height), parts],
    shaderKey: `ggFilterGradient_${tile.threads}_${tile.blocks}_${wideRows}_${wideColumns}`,
    getUserCode: () => filterGradientShader(tile, wideRows, wideColumns),
  }
}

/** Divides the inner dimension so that there is work for every core of a large card. */
export function splitFor(product: FilterGradientProduct): Split {
  const [height, width] = sizeOf(tileFor(product))
  const tiles = Math.ceil(product.rows / height) * Math.ceil(product.columns / width)
  const wanted = Math.min(Math.floor(WORKGROUPS / tiles), Math.ceil(product.inner / SHORTEST), MOST_PARTS)
  const slices = Math.ceil(product.inner / Math.max(1, wanted) / DEPTH)
  return { parts: Math.ceil(product.inner / (slices * DEPTH)), slices }
}

function tileFor({ rows, columns }: FilterGradientProduct): Tile {
  if (columns <= 16) return { threads: [16, 4], blocks: [1, 1] }
  const large = rows > 64 && columns > 32
  return { threads: [8, 8], blocks: large ? [2, 2] : [1, 1] }
}

function sizeOf({ threads, blocks }: Tile): readonly [number, number] {
  return [4 * threads[0] * blocks[0], 4 * threads[1] * blocks[1]]
}
