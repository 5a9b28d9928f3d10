import { Binary, mapBinary, Row } from './binary'
import { float } from './job'

/** A row of booleans, one byte each. */
class Bytes<Op extends Binary> extends Row {
  @inline
  size(): usize {
    return 1
  }

  run(toY: usize, atA: usize, atB: usize, p: v128, count: i32, aStep: i32, bStep: i32): void {
    const op = changetype<Op>(0)
    let y = toY
    let a = atA
    let b = atB
    const end = y + count
    const last = y + (count & ~3)
    if (aStep !== 0 && bStep !== 0) {
      for (; y < last; y += 4, a += 16, b += 16) store<i32>(y, bytes(op.of(v128.load(a), v128.load(b), p)))
    } else if (bStep === 0) {
      const second = v128.load32_splat(b)
      for (; y < last; y += 4, a += 16) store<i32>(y, bytes(op.of(v128.load(a), second, p)))
    }
    for (; y < end; y++, a = float(a, aStep), b = float(b, bStep)) {
      store<i8>(y, bytes(op.of(v128.load32_zero(a), v128.load32_zero(b), p)))
    }
  }
}

/** Four masks of 32 bits as four bytes of 0 or 1. */
function bytes(masks: v128): i32 {
  const halves = i16x8.narrow_i32x4_s(masks, masks)
  return i32x4.extract_lane(i8x16.narrow_i16x8_s(halves, halves), 0) & 0x01010101
}

class Equal extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.eq(a, b)
  }
}

class NotEqual extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.ne(a, b)
  }
}

class Greater extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.gt(a, b)
  }
}

class GreaterEqual extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.ge(a, b)
  }
}

class Less extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.lt(a, b)
  }
}

class LessEqual extends Binary {
  @inline
  of(a: v128, b: v128, p: v128): v128 {
    return f32x4.le(a, b)
  }
}

export function equal(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Bytes<Equal>>(args, from, to)
}

export function notEqual(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Bytes<NotEqual>>(args, from, to)
}

export function greater(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Bytes<Greater>>(args, from, to)
}

export function greaterEqual(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Bytes<GreaterEqual>>(args, from, to)
}

export function less(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Bytes<Less>>(args, from, to)
}

export function lessEqual(args: usize, from: i32, to: i32, scratch: usize): void {
  mapBinary<Bytes<LessEqual>>(args, from, to)
}
