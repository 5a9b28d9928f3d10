import { drawCurves, type Metrics } from '@gg/trainer'
import { describe, expect, it } from 'vitest'

const run = (offset: number): readonly Metrics[] =>
  [1, 2, 3].flatMap((epoch): readonly Metrics[] => [
    { kind: 'step', epoch, step: 10 * epoch, trainLoss: 2 / epoch, learningRate: 0.1 },
    {
      kind: 'epoch',
      epoch,
      step: 10 * epoch,
      trainLoss: 2 / epoch,
      testLoss: 1,
      testAccuracy: 0.6 + 0.1 * epoch + offset,
      learningRate: 0.1,
      imagesPerSecond: 1,
      seconds: 1,
    },
  ])

const texts = (svg: string): readonly string[] => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text = '']) => text)

describe('drawCurves', () => {
  it('is an SVG of the size that was asked for, with names and units at the axes', () => {
    const svg = drawCurves([{ label: 'gate', metrics: run(0) }], { title: 'lenet on glyphs', width: 700, height: 300 })
    expect(svg).toMatch(/^<svg width="700" height="300" /)
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['lenet on glyphs', 'epoch', 'training loss (nats)', 'test accuracy (%)']),
    )
    expect(svg).not.toMatch(/NaN|undefined/)
    // What is left of well-formed XML without its tags is text.
    expect(svg.replaceAll(/<\/?\w+(\s+[\w:-]+="[^"<>]*")*\s*\/?>/g, '')).not.toMatch(/[<>]/)
  })

  it('names runs if there are several, and gives runs of one name one colour', () => {
    const one = drawCurves([{ label: 'gate', metrics: run(0) }])
    expect(texts(one)).not.toContain('gate')
    const runs = ['gate', 'gate', 'none'].map((label, i) => ({ label, metrics: run(i / 100) }))
    const several = drawCurves(runs)
    expect(texts(several)).toEqual(expect.arrayContaining(['gate', 'none']))
    const colors = new Set(
      [...several.matchAll(/stroke="(#[0-9a-f]{6})" stroke-width="1.5"/g)].map(([, color]) => color),
    )
    expect([...colors]).toEqual(['#0072b2', '#d55e00'])
  })

  it('draws a run that ended within its first epoch', () => {
    expect(drawCurves([{ label: 'gate', metrics: run(0).slice(0, 1) }])).not.toMatch(/NaN|undefined/)
  })

  it('draws the same picture for the same numbers', () => {
    expect(drawCurves([{ label: 'a', metrics: run(0) }])).toBe(drawCurves([{ label: 'a', metrics: run(0) }]))
  })
})
