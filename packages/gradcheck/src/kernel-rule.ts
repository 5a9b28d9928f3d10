import type { Gate } from './circuit.ts'

const rules: { readonly [kernel: string]: Gate['rule'] } = {
  Add: 'distributes',
  AddN: 'distributes',
  Sub: 'distributes',
  Sum: 'distributes',
  Max: 'routes',
  MaxPool: 'routes',
  Maximum: 'routes',
  Min: 'routes',
  Minimum: 'routes',
  Relu: 'routes',
  Select: 'routes',
  Multiply: 'switches',
}

/** What a gate does with the gradient, in the words of Stanford's course cs231n, if it is one of those. */
export function ruleOf(kernel: string): Gate['rule'] {
  return rules[kernel]
}

const symbols: { readonly [kernel: string]: string } = {
  Add: '+',
  AddN: '+',
  Sub: '−',
  Multiply: '×',
  RealDiv: '÷',
  Exp: 'exp',
  Log: 'log',
  Maximum: 'max',
  Minimum: 'min',
  Neg: '−1 ×',
  Reciprocal: '1/x',
  Sigmoid: 'σ',
  Square: 'x²',
  Sqrt: '√',
  Tanh: 'tanh',
  BatchMatMul: 'matMul',
}

/** How a kernel is drawn. */
export function symbolOf(kernel: string): string {
  return symbols[kernel] ?? kernel
}

const elementwise = new Set([
  ...['Abs', 'Add', 'Cos', 'Elu', 'Exp', 'Expm1', 'LeakyRelu', 'Log', 'Log1p', 'Maximum', 'Minimum', 'Multiply', 'Neg'],
  ...['Pow', 'RealDiv', 'Reciprocal', 'Relu', 'Relu6', 'Rsqrt', 'Sigmoid', 'Sin', 'Softplus', 'Sqrt', 'Square', 'Sub'],
  ...['SquaredDifference', 'Tanh', 'Identity', 'Cast', 'ClipByValue', 'Step'],
])

/** True for a kernel whose every output number comes from the input number at the same place. */
export function isElementwise(kernel: string): boolean {
  return elementwise.has(kernel)
}
