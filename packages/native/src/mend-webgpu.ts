import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { webgpuAverageGradient } from './webgpu-average-gradient.ts'
import { webgpuFilterGradient } from './webgpu-filter-gradient.ts'

/** tfjs' kernels in whose places ours stand. */
const MENDED: { readonly [kernelName: string]: (stock: KernelConfig) => KernelConfig } = {
  AvgPoolGrad: webgpuAverageGradient,
  Conv2DBackpropFilter: webgpuFilterGradient,
}

let mended: readonly KernelConfig[] = []

/** Puts our kernels in the places of those of tfjs' backend `webgpu`, once; see the README for what differs. */
export function mendWebgpu(): void {
  for (const [kernelName, mend] of Object.entries(MENDED)) {
    const stock = getKernel(kernelName, 'webgpu')
    if (!stock || mended.includes(stock)) continue
    const kernel = mend(stock)
    unregisterKernel(kernelName, 'webgpu')
    registerKernel(kernel)
    mended = [...mended, kernel]
  }
}
