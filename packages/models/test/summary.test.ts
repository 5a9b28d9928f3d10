import { cifarResnet, countFlops, countParams, lenet, listSites, ModelError, mlp, resnet50, summary } from '@gg/models'
import { describe, expect, it } from 'vitest'

describe('summary', () => {
  it('is a table of the steps with their sites, and the sums', () => {
    expect(
      `\n${summary(mlp({ inputShape: [4, 4, 3], hidden: [32], classes: 10, dropout: 0.5, batchNorm: true }))}\n`,
    ).toMatchInlineSnapshot(`
        "
        mlp  4 × 4 × 3 → 10
        site                  layer        output  params  FLOPs
        dense1/output         dense        32       1,536  1,536
        dense1/normalization  batch norm   32          64      0
        dense1/activation     relu         32           0      0
        (dense1)              dropout 0.5  32           0      0
        logits/output         dense        10         330    320
        ────────────────────────────────────────────────────────
        1,930 parameters, 1,856 FLOPs (multiply-adds) per image
        64 running statistics, not trained
        "
      `)
    expect(`\n${summary(lenet())}\n`).toMatchInlineSnapshot(`
      "
      lenet  28 × 28 × 1 → 10
      site               layer            output        params    FLOPs
      conv1/output       conv 5×5         28 × 28 × 6      156  117,600
      conv1/activation   relu             28 × 28 × 6        0        0
      conv1/pool         max pool 2×2 /2  14 × 14 × 6        0        0
      conv2/output       conv 5×5         10 × 10 × 16   2,416  240,000
      conv2/activation   relu             10 × 10 × 16       0        0
      conv2/pool         max pool 2×2 /2  5 × 5 × 16         0        0
      dense1/output      dense            120           48,120   48,000
      dense1/activation  relu             120                0        0
      dense2/output      dense            84            10,164   10,080
      dense2/activation  relu             84                 0        0
      logits/output      dense            10               850      840
      ─────────────────────────────────────────────────────────────────
      61,706 parameters, 416,520 FLOPs (multiply-adds) per image
      "
    `)
  })

  it('has a row for each step, whose counts add up to the sums', () => {
    for (const model of [cifarResnet({ depth: 8, shortcut: 'B' }), resnet50()]) {
      const text = summary(model)
      const rows = text.split('\n').slice(2, 2 + model.rows.length)
      expect(rows.map((row) => row.split('  ')[0]).filter((name) => !name?.startsWith('('))).toEqual(model.sites)
      const columns = rows.map((row) =>
        row
          .split(/ +/)
          .slice(-2)
          .map((cell) => Number(cell.replaceAll(',', ''))),
      )
      const total = (i: number) => columns.reduce((sum, row) => sum + row[i]!, 0)
      expect(total(0)).toBe(countParams(model))
      expect(total(1)).toBe(countFlops(model))
      expect(text).toContain(`${countParams(model).toLocaleString('en-US')} parameters`)
    }
  })
})

describe('listSites', () => {
  const model = cifarResnet({ depth: 8 })

  it('lists all, or those that a pattern matches', () => {
    expect(listSites(model)).toEqual(model.sites)
    expect(listSites(model, 'stage{1,3}/*/sum')).toEqual(['stage1/block1/sum', 'stage3/block1/sum'])
    expect(listSites(model, '*/output')).toEqual(['conv1/output', 'logits/output'])
  })

  it('says which names there are when a pattern matches none', () => {
    const list = () => listSites(mlp({ inputShape: [1, 1, 1], hidden: [], classes: 2 }), 'conv*/output')
    expect(list).toThrow(ModelError)
    expect(list).toThrow(expect.objectContaining({ code: 'UNKNOWN_SITE' }))
    expect(list).toThrow(
      "listSites: each pattern must match a site, got 'conv*/output', which matches none of {logits/output}.",
    )
  })
})
