import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Engine } from './engine/engine.ts'
import type { PoolGeometry } from './pool-geometry.ts'

/**
 * Runs a pooling job on a result and up to two inputs.
 *
 * @param items - How many items it is cut into: rows of outputs where every piece writes its own, else images.
 */
export function runPool(
  engine: Engine,
  job: string,
  items: number,
  g: PoolGeometry,
  [y, first, second]: readonly [y: TensorInfo, first: TensorInfo, second?: TensorInfo],
): void {
  if (util.sizeFromShape(y.shape) === 0) return
  engine.run(job, { items, grain: 1 }, [
    engine.at(y),
    engine.at(first),
    second === undefined ? 0 : engine.at(second),
    g.inHeight,
    g.inWidth,
    g.inChannels,
    g.outHeight,
    g.outWidth,
    g.filterHeight,
    g.filterWidth,
    g.strideHeight,
    g.strideWidth,
    g.padInfo.top,
    g.padInfo.left,
  ])
}
