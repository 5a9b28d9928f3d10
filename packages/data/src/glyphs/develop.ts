import type { RandomStream } from '../random-stream.ts'

/** Standard deviation of the sum of four bytes, each equally likely. */
const SD_OF_SUM = Math.sqrt((4 * (256 * 256 - 1)) / 12)

/**
 * Turns ink into bytes: background plus ink plus noise of the given standard deviation in grey levels, rounded and cut
 * to 0 to 255. The noise is the sum of the four bytes of one random word, which is close to normal (excess kurtosis
 * -0.3, at most 3.45 standard deviations out) and, unlike Box and Muller's logarithm, the same on every engine.
 */
export function develop(
  canvas: Float32Array,
  pixels: Uint8Array,
  background: number,
  noise: number,
  random: RandomStream,
): void {
  const scale = noise / SD_OF_SUM
  for (let at = 0; at < pixels.length; at++) {
    const word = random.uint32()
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510
    const level = Math.floor(background + (canvas[at] ?? 0) + scale * sum + 0.5)
    pixels[at] = Math.min(255, Math.max(0, level))
  }
}
