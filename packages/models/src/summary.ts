import { countFlops } from './count-flops.ts'
import { countParams } from './count-params.ts'
import type { NetRow } from './describe-net.ts'
import type { ModelWithStats } from './model.ts'

/**
 * A table of a model's steps, like Keras': the name of each one's site, what it is, the shape of one sample behind it,
 * its parameters and multiply-adds (`countFlops`); then the sums. A step without a site stands in brackets.
 *
 * @param model - Of any kind.
 * @returns Lines of text, without a last line break.
 *
 * @example
 * ```ts
 * import { mlp, summary } from '@gg/models'
 *
 * console.log(summary(mlp({ inputShape: [2, 2, 1], hidden: [3], classes: 2, activation: 'tanh' })).split('\n')[3])
 * // → dense1/activation  tanh   3            0      0
 * ```
 */
export function summary(model: ModelWithStats): string {
  const header = ['site', 'layer', 'output', 'params', 'FLOPs']
  const cells = [header, ...model.rows.map(rowOf)]
  const widths = header.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0, i >= 3))
      .join('  ')
      .trimEnd(),
  )
  const rule = '─'.repeat(Math.max(...lines.map((line) => line.length)))
  const statistics = model.rows.reduce((total, { normalized = 0 }) => total + 2 * normalized, 0)
  const totals = [
    `${shown(countParams(model))} parameters, ${shown(countFlops(model))} FLOPs (multiply-adds) per image`,
    ...(statistics > 0 ? [`${shown(statistics)} running statistics, not trained`] : []),
  ]
  const title = `${model.name}  ${model.inputShape.join(' × ')} → ${shown(model.classes)}`
  return [title, ...lines, rule, ...totals].join('\n')
}

function rowOf({ path, site, kind, output, params, flops }: NetRow): readonly string[] {
  const sizes = Object.values(params).map(({ shape }) => shape.reduce((product, size) => product * size, 1))
  const count = sizes.reduce((total, size) => total + size, 0)
  return [site ?? `(${path})`, kind, output.join(' × '), shown(count), shown(flops)]
}

function padded(cell: string, width: number, right: boolean): string {
  return right ? cell.padStart(width) : cell.padEnd(width)
}

/** With commas, in whatever language the machine is set up. */
function shown(count: number): string {
  return count.toLocaleString('en-US')
}
