import { clone, customGrad, type GradSaveFunc, scalar, type Tensor } from '@tensorflow/tfjs-core'

/**
 * One node of the tape: forward it is `y`, which was computed without the tape; backward it is `gradient(dy, ...kept)`.
 * Of all that went into `y` only `kept` lives until then.
 */
export function leanNode<T extends Tensor>(
  x: Tensor,
  y: T,
  kept: readonly Tensor[],
  gradient: (dy: T, kept: readonly Tensor[]) => Tensor,
): T {
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    // customGrad appends the saver to the inputs, which its type does not tell apart.
    const save = args.at(-1) as GradSaveFunc
    // What is saved comes in as an input: in its test mode tfjs takes other tensors that are kept for a leak.
    save([...args.slice(2, -1)] as Tensor[])
    const gradFunc = (dy: T, saved: Tensor[]): Tensor[] => [
      gradient(dy, saved),
      // Never asked for: these inputs do not come from `x` by any operation that the tape has seen.
      ...[y, ...kept].map(() => scalar(0)),
    ]
    return { value: clone(args[1] as T), gradFunc }
  })
  return node(x, y, ...kept) as T
}
