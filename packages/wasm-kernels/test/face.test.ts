import * as face from '@gg/wasm-kernels'
import { expect, test } from 'vitest'

test('exports these names', () => {
  expect(Object.keys(face).sort()).toEqual([
    'KERNEL_NAMES',
    'WasmKernelError',
    'describe',
    'enableWasm',
    'registerWasmKernels',
  ])
})

test('names the kernels it adds or replaces', () => {
  expect(face.KERNEL_NAMES).toEqual([
    'AvgPoolGrad',
    'BatchMatMul',
    'Cast',
    'Conv2D',
    'Conv2DBackpropFilter',
    'Conv2DBackpropInput',
    'DepthwiseConv2dNativeBackpropFilter',
    'DepthwiseConv2dNativeBackpropInput',
    'FusedConv2D',
    'FusedDepthwiseConv2D',
    '_FusedMatMul',
    'GgBatchMoments',
    'GgBatchNormalize',
    'GgBatchNormalizeGrad',
    'GgRunningMoments',
    'GgAddScaled',
    'GgFlatten',
    'GgScale',
    'GgScaleByAdam',
    'GgTrace',
    'GgUnflatten',
    'Identity',
    'MaxPool',
    'MaxPoolGrad',
    'Mean',
    'OneHot',
    'Slice',
    'SplitV',
    'Sum',
    'UnsortedSegmentSum',
    'Add',
    'Equal',
    'Greater',
    'GreaterEqual',
    'Less',
    'LessEqual',
    'Maximum',
    'Minimum',
    'Multiply',
    'NotEqual',
    'RealDiv',
    'SquaredDifference',
    'Sub',
    'Abs',
    'ClipByValue',
    'Elu',
    'Exp',
    'LeakyRelu',
    'Log',
    'Neg',
    'Reciprocal',
    'Relu',
    'Relu6',
    'Rsqrt',
    'Sigmoid',
    'Sign',
    'Softplus',
    'Sqrt',
    'Square',
    'Step',
    'Tanh',
  ])
})

test('asks for the backend when it is not loaded', () => {
  expect(face.registerWasmKernels).toThrow(expect.objectContaining({ code: 'MISSING_BACKEND' }))
})
