import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSafetensors } from '@gg/models'
import {
  bestCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  newestCheckpoint,
  type TrainingCheckpoint,
} from '@gg/trainer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCheckpointStore } from '../src/runs/checkpoint-store.ts'
import { START } from '../src/training/position.ts'
import { runsFolder } from './runs-folder.ts'

const checkpoint = (step: number): TrainingCheckpoint => ({
  states: {
    params: {
      values: {},
      arrays: {
        'conv1/kernel': { dtype: 'float32', shape: [2, 2], data: new Float32Array([0.1, -0, 1e-40, step]) },
        bias: { dtype: 'float32', shape: [0], data: new Float32Array() },
      },
    },
    optimizer: {
      values: { '0/count': step, '1/rate': 'NaN', '1/on': true, '1/none': null },
      arrays: {
        '1/counts': { dtype: 'int32', shape: [3], data: new Int32Array([1, -2, 2 ** 31 - 1]) },
        '1/mask': { dtype: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) },
      },
    },
    stats: { values: {}, arrays: {} },
    'sites/conv1/output': { values: { '': 7 }, arrays: {} },
  },
  position: { ...START, step, epochs: 1, best: { epoch: 1, testAccuracy: 0.1 + 0.2 }, seconds: 1.5 },
})

describe('a checkpoint as a file', () => {
  it('comes back as it was, to the last bit', () => {
    const file = encodeCheckpoint(checkpoint(5))
    expect(decodeCheckpoint(file, 'a')).toEqual(checkpoint(5))
    // Node hands out files as Buffers, whose views begin anywhere.
    expect(decodeCheckpoint(Buffer.concat([Buffer.from([1]), file]).subarray(1), 'a')).toEqual(checkpoint(5))
  })

  it('is safetensors, whose weights any reader finds by name', () => {
    const { tensors } = readSafetensors(encodeCheckpoint(checkpoint(5)))
    expect(tensors.get('params:conv1/kernel')).toMatchObject({ dtype: 'F32', shape: [2, 2] })
  })

  it('is known to be damaged whichever of its bits is another one', () => {
    const file = encodeCheckpoint(checkpoint(5))
    const undetected: number[] = []
    for (let bit = 0; bit < 8 * file.length; bit++) {
      const damaged = file.slice()
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      try {
        decodeCheckpoint(damaged, 'a')
        undetected.push(bit)
      } catch (error) {
        expect(error).toMatchObject({ code: 'CHECKPOINT_DAMAGED' })
      }
    }
    expect(undetected).toEqual([])
  })

  it('is known to be damaged when it is cut, grows, or is something else', () => {
    const file = encodeCheckpoint(checkpoint(5))
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.uint8Array({ minLength: 1, maxLength: 20 }), (length, more) => {
        for (const bytes of [file.slice(0, length), Uint8Array.of(...file, ...more), more]) {
          expect(() => decodeCheckpoint(bytes, 'a')).toThrow(/The checkpoint a is damaged/)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('the checkpoints of a run', () => {
  const folder = () => {
    const run = join(runsFolder(), 'run')
    mkdirSync(run, { recursive: true })
    return run
  }

  it('are the last ones and the best', () => {
    const run = folder()
    const store = createCheckpointStore(run, 2)
    for (const [step, best] of [
      [0, false],
      [90, true],
      [100, true],
      [1000, false],
      [1100, false],
    ] as const)
      store.write(checkpoint(step), best)
    expect(readdirSync(join(run, 'checkpoints')).sort()).toEqual([
      'best.safetensors',
      'step-000001000.safetensors',
      'step-000001100.safetensors',
    ])
    expect(newestCheckpoint(run).checkpoint).toEqual(checkpoint(1100))
    expect(bestCheckpoint(run).checkpoint).toEqual(checkpoint(100))
  })

  it('are passed over where they are damaged, and drafts of a process that died are removed', () => {
    const run = folder()
    const store = createCheckpointStore(run, 3)
    for (const step of [1, 2, 3]) store.write(checkpoint(step), false)
    const file = join(run, 'checkpoints', 'step-000000003.safetensors')
    writeFileSync(file, readFileSync(file).subarray(0, 100))
    writeFileSync(`${file}.77.tmp`, 'half')
    const { checkpoint: found, damaged } = newestCheckpoint(run)
    expect(found).toEqual(checkpoint(2))
    expect(damaged).toEqual([`The checkpoint ${file} is damaged: it is no whole safetensors file.`])
    createCheckpointStore(run, 3)
    expect(readdirSync(join(run, 'checkpoints'))).toHaveLength(3)
  })

  it('are all asked for in the message when none can be used', () => {
    const run = folder()
    expect(() => newestCheckpoint(run)).toThrow(/No checkpoint of .* can be used\. There are none in /)
    const store = createCheckpointStore(run, 3)
    for (const step of [1, 2]) store.write(checkpoint(step), false)
    for (const name of readdirSync(join(run, 'checkpoints'))) writeFileSync(join(run, 'checkpoints', name), '')
    expect(() => newestCheckpoint(run)).toThrow(/step-000000002\S* is damaged.*\n.*step-000000001\S* is damaged/)
    expect(() => bestCheckpoint(run)).toThrow(/There is no .*best\.safetensors.*--checkpoint last/)
  })
})
