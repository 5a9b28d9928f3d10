// The JavaScript part of tfjs-node: its backend and its kernels, bundled on top of the installed tfjs-core. The package
// itself cannot be imported: it looks for a binding that its install script downloads, and takes two functions from
// Node's util that Node 23 no longer has.
import 'tfjs-node/register_all_kernels'
import type { KernelBackend } from '@tensorflow/tfjs-core'
import { NodeJSKernelBackend } from 'tfjs-node/nodejs_kernel_backend'
import type { Binding } from './binding.ts'

/** The backend of tfjs-node over a binding; its kernels are registered when this module is loaded. */
export function makeBackend(binding: Binding): KernelBackend {
  return new NodeJSKernelBackend(binding, '@gg/native')
}
