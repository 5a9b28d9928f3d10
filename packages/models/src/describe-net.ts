import type { FeatureShape, LayerDescription, ParamSpec } from './layer.ts'
import { ModelError } from './model-error.ts'
import type { Build } from './net.ts'

/** One step of a network, as far as it can be known without tensors. */
export interface NetRow {
  readonly path: string
  readonly kind: string
  readonly site: string | undefined
  readonly output: FeatureShape
  readonly params: { readonly [name: string]: ParamSpec }
  readonly normalized: number | undefined
  readonly flops: number
}

/** Sends a shape through a network: the rows are in the order of the forward pass. */
export function describeNet(name: string, inputShape: FeatureShape, build: Build): readonly NetRow[] {
  const rows: NetRow[] = []
  const add = (path: string, kind: string, site: string | undefined, description: LayerDescription): FeatureShape => {
    const { output, params = {}, normalized, flops = 0 } = description
    if (output.some((size) => !(size >= 1))) {
      throw new ModelError(
        'INVALID_ARGUMENT',
        `${name}: \`inputShape\` must leave something of the images, got [${inputShape}], of which nothing is left ` +
          `at '${path}'. Pad or enlarge the images.`,
      )
    }
    rows.push({ path, kind, site: site && `${path}/${site}`, output, params, normalized, flops })
    return output
  }
  build<FeatureShape>({
    input: inputShape,
    layer: (path, layer, x) => add(path, layer.kind, layer.site, layer.describe(x)),
    sum: (path, x) => add(path, 'sum', 'sum', { output: x }),
  })
  return rows
}
