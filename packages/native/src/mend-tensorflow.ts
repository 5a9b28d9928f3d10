import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { batchNormKernels } from './batch-norm-kernels.ts'
import { convolutions } from './convolutions.ts'
import { fusedMatMul } from './fused-mat-mul.ts'
import { pooling } from './pooling.ts'
import { smallKernels } from './small-kernels.ts'

const MENDED: readonly KernelConfig[] = [...convolutions, ...pooling, ...smallKernels, ...batchNormKernels, fusedMatMul]

/** Puts our kernels in the place of those of tfjs-node that differ from other backends; see the README for the list. */
export function mendTensorflow(): void {
  for (const kernel of MENDED) {
    if (getKernel(kernel.kernelName, 'tensorflow')) unregisterKernel(kernel.kernelName, 'tensorflow')
    registerKernel(kernel)
  }
}
