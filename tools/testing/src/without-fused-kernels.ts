import { getBackend, getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'

/**
 * Runs `body` as if no package of fused kernels were there: those whose names begin with `Gg` are away for as long as it
 * takes. What they compute and what their plain forms compute can so be compared on one backend.
 */
export function withoutFusedKernels<R>(body: () => R): R {
  const backend = getBackend()
  const fused = getKernelsForBackend(backend).filter(({ kernelName }) => kernelName.startsWith('Gg'))
  for (const { kernelName } of fused) unregisterKernel(kernelName, backend)
  try {
    return body()
  } finally {
    for (const kernel of fused) registerKernel(kernel)
  }
}
