import { GradientTransformationError } from '@gg/core'

/**
 * Builds an optimizer from its parts and lets their complaints about arguments bear its name: who calls `adam` is told
 * what `adam` wants, not what the `scaleByAdam` inside of it does.
 */
export function inTheNameOf<T>(name: string, build: () => T): T {
  try {
    return build()
  } catch (error) {
    if (!(error instanceof GradientTransformationError)) throw error
    throw new GradientTransformationError(error.code, error.message.replace(/^\w+:/, `${name}:`), { cause: error })
  }
}
