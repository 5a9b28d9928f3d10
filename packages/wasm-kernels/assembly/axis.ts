// One axis of a convolution. A step along it is a pixel of the result; a tap is a row (or column) of the filter. Step i
// and tap t meet at the source pixel i × step + distance + t × spacing.
//
// The gradient, `turned`, has phases: the pixels whose distance from the padding has the same remainder by the stride see
// the same taps of the filter, last tap first, and neighbours among them see neighbours of dy.

@unmanaged
export class Axis {
  /** The steps there are. */
  first: i32
  end: i32
  /** How far the source moves with a step, and the result. */
  step: i32
  grid: i32
  /** Where step 0 would be written. */
  target: i32
  taps: i32
  distance: i32
  spacing: i32
  /** The tap's place in the filter: of the first, and from one to the next. */
  filter: i32
  filterStep: i32

  fill(turned: i32, size: i32, filter: i32, stride: i32, dilation: i32, before: i32, phase: i32): void {
    if (!turned) {
      this.first = 0
      this.end = size
      this.step = stride
      this.grid = 1
      this.target = 0
      this.taps = filter
      this.distance = -before
      this.spacing = dilation
      this.filter = 0
      this.filterStep = 1
      return
    }
    this.first = before > phase ? (before - phase + stride - 1) / stride : 0
    const last = size - 1 + before - phase
    this.end = last < 0 ? 0 : last / stride + 1
    this.step = 1
    this.grid = stride
    this.target = phase - before
    this.taps = 0
    this.filter = 0
    this.filterStep = 0
    for (let u = 0; u < filter; u++) {
      const distance = u * dilation - phase
      if (distance < 0 || distance % stride !== 0) continue
      if (this.taps++ > 0) this.filterStep = this.filter - u
      this.filter = u
      this.distance = -(distance / stride)
    }
    this.spacing = this.taps > 1 ? (-this.filterStep * dilation) / stride : 1
  }

  /** The first tap that meets, at a step, the source pixel `pixel` or one behind it. */
  tapAt(step: i32, pixel: i32): i32 {
    const way = pixel - this.distance - step * this.step
    if (way <= 0) return 0
    return min(this.spacing === 1 ? way : (way + this.spacing - 1) / this.spacing, this.taps)
  }

  /** The end of the steps, from `step` on, that meet the same taps inside a source of `size` pixels. */
  groupEnd(step: i32, size: i32): i32 {
    const low = this.tapAt(step, 0)
    const high = this.tapAt(step, size)
    let end = step + 1
    while (end < this.end && this.tapAt(end, 0) === low && this.tapAt(end, size) === high) end++
    return end
  }
}
