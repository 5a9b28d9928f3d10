// tfjs-core alone registers no gradient, and Node cannot import the file that does: its relative imports lack their
// endings. The registry is global, so the copy that our build makes of that file serves every copy of tfjs-core.
// The installed tfjs-core comes first: whichever copy is loaded first makes the engine and with it all tensors, and
// those of a partial copy have no clone() and no cast(), which tfjs' own gradients call.
import { registerGradient, unregisterGradient } from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import { ACTIVATION_GRADIENTS } from './activation-gradients.ts'
import { REDUCTION_GRADIENTS } from './reduction-gradients.ts'

for (const gradient of [...ACTIVATION_GRADIENTS, ...REDUCTION_GRADIENTS]) {
  // Unregister first: tfjs warns on the console when a name is registered twice.
  unregisterGradient(gradient.kernelName)
  registerGradient(gradient)
}
