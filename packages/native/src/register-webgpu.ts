import '@tensorflow/tfjs-backend-webgpu'
import { mendWebgpu } from './mend-webgpu.ts'

mendWebgpu()
