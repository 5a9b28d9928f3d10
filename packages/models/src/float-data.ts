import type { SafetensorsEntry } from './safetensors-format.ts'

/** The numbers of a tensor in float32, rounded to nearest from float64; undefined for integers. */
export function floatData({ dtype, bytes }: SafetensorsEntry): Float32Array | undefined {
  // A copy: views of larger numbers must start at multiples of their size.
  const { buffer } = bytes.slice()
  if (dtype === 'F32') return new Float32Array(buffer)
  if (dtype === 'F64') return Float32Array.from(new Float64Array(buffer))
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(buffer), halfFloat)
  // bfloat16 is the upper half of a float32.
  if (dtype === 'BF16') return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer)
  return undefined
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
