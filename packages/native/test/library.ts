import { findTensorflow, type TensorflowLibrary } from '@gg/native'
import { describe } from 'vitest'

/** The libtensorflow of this machine, as a program would find it. */
export const library: TensorflowLibrary | undefined = findTensorflow().find((place) => place.library)?.library

/** A suite for machines with a libtensorflow. */
export const withTensorflow: typeof describe.skip = describe.skipIf(library === undefined) as typeof describe.skip

/** What stands in the name of such a suite. */
export const NEEDS = '(needs a libtensorflow: GG_TENSORFLOW names a Python environment with tensorflow_cpu)'
