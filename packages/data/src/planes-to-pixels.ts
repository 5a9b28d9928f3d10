/** Writes one plane after another (all of red, all of green, all of blue) as pixels with their channels together. */
export function planesToPixels(planes: Uint8Array, pixels: Uint8Array, channels: number): void {
  const area = pixels.length / channels
  for (let channel = 0; channel < channels; channel++) {
    let from = channel * area
    for (let to = channel; to < pixels.length; to += channels) pixels[to] = planes[from++] ?? 0
  }
}
