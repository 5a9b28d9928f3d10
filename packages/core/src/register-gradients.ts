// tfjs-core alone registers no gradient, and Node cannot import the file that does: its relative imports lack their
// endings. The registry is global, so the copy that our build makes of that file serves every copy of tfjs-core.
import '@tensorflow/tfjs-core/dist/register_all_gradients'
