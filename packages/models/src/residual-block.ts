import type { Conv2dParams } from './convolution.ts'
import type { UnitParams } from './model.ts'
import type { Net } from './net.ts'
import { paddedShortcut } from './shortcut.ts'
import type { Units } from './unit.ts'

/** Parameters of a block: `conv1`, `conv2`, in bottlenecks `conv3`, and `shortcut` where it is a convolution. */
export type ResidualBlockParams<B extends boolean = true> = { readonly [layer: string]: UnitParams<Conv2dParams, B> }

/** Parameters of one stage of a residual network. */
export type ResidualStageParams<B extends boolean = true> = {
  readonly [block: `block${number}`]: ResidualBlockParams<B>
}

/** How a block's two branches are made. */
export interface BlockShape {
  /** The channels that the block takes and, of a basic block or before the bottleneck's expansion, makes. */
  readonly inputs: number
  readonly filters: number
  readonly stride: number
  /** Where sizes change: `'A'` takes every second position and adds channels of zeros, `'B'` is a convolution 1×1. */
  readonly shortcut: 'A' | 'B'
}

/** Two convolutions 3×3 (He et al. 2016, fig. 5 left): `φ(F(x) + shortcut(x))`. */
export function basicBlock<X>(units: Units, net: Net<X>, path: string, x: X, shape: BlockShape): X {
  const { filters, stride } = shape
  let y = units.conv(net, `${path}/conv1`, x, { size: 3, filters, stride, pad: 1 })
  y = units.activate(net, `${path}/conv1`, y)
  y = units.conv(net, `${path}/conv2`, y, { size: 3, filters, pad: 1 })
  y = net.sum(path, y, shortcutOf(units, net, path, x, shape, filters))
  return units.activate(net, `${path}/conv2`, y)
}

/** The expansion of a bottleneck: it makes four times the channels that its middle has. */
export const EXPANSION = 4

/** Convolutions 1×1, 3×3 and 1×1 (He et al. 2016, fig. 5 right); the stride is in the middle one. */
export function bottleneckBlock<X>(units: Units, net: Net<X>, path: string, x: X, shape: BlockShape): X {
  const { filters, stride } = shape
  const outputs = EXPANSION * filters
  let y = units.conv(net, `${path}/conv1`, x, { size: 1, filters, pad: 0 })
  y = units.activate(net, `${path}/conv1`, y)
  y = units.conv(net, `${path}/conv2`, y, { size: 3, filters, stride, pad: 1 })
  y = units.activate(net, `${path}/conv2`, y)
  y = units.conv(net, `${path}/conv3`, y, { size: 1, filters: outputs, pad: 0 })
  y = net.sum(path, y, shortcutOf(units, net, path, x, shape, outputs))
  return units.activate(net, `${path}/conv3`, y)
}

function shortcutOf<X>(units: Units, net: Net<X>, path: string, x: X, shape: BlockShape, filters: number): X {
  const { inputs, stride, shortcut } = shape
  if (inputs === filters && stride === 1) return x
  const name = `${path}/shortcut`
  if (shortcut === 'A') return net.layer(name, paddedShortcut({ filters, stride }), x)
  return units.conv(net, name, x, { size: 1, filters, stride, pad: 0 })
}
