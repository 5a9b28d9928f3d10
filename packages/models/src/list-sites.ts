import { matchSites } from './match-sites.ts'
import type { ModelWithStats } from './model.ts'

/**
 * The names of a model's feature sites, or of those that a pattern matches, in the order of the forward pass: what
 * `createSites` would choose with the same pattern.
 *
 * @param model - Of any kind.
 * @param pattern - As for `createSites`; `'**'`, which matches all, by default.
 * @throws ModelError `UNKNOWN_SITE` for a pattern that matches no name, listing the names.
 *
 * @example
 * ```ts
 * import { cifarResnet, listSites } from '@gg/models'
 *
 * const model = cifarResnet({ depth: 8 })
 * console.log(listSites(model).length, listSites(model, 'stage[12]/block?/sum')) // → 28 [ 'stage1/block1/sum', 'stage2/block1/sum' ]
 * ```
 */
export function listSites(model: ModelWithStats, pattern = '**'): readonly string[] {
  return matchSites('listSites', model.sites, pattern)
}
