/** A warning to spread into a data set that is not as large as its original; nothing if it is. */
export function sizeWarning(
  name: string,
  size: number,
  originalSize: number,
): { readonly warnings?: readonly string[] } {
  return size === originalSize ? {} : { warnings: [`${name} has ${size} images here, the original ${originalSize}.`] }
}
