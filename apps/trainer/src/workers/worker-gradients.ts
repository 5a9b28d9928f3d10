import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { TrainConfig } from '../config/train-config.ts'
import type { SavedStates } from '../training/checkpoint.ts'
import { createGradientSum, type GradientSource, meanOf } from '../training/gradient-source.ts'
import type { Weights } from '../training/part-gradient.ts'
import { type BatchPart, partsOfBatch } from '../training/parts-of-batch.ts'
import type { DataSizes } from '../training/prepare.ts'
import type { Request, Response, WorkerStart } from './messages.ts'
import { layOut, readTree, writeTree } from './shared-tree.ts'

/**
 * Computes gradients in `config.workers` threads, each with its share of a batch, and adds them up in the order of the
 * images: the same sums, to the last bit on one backend, as `accumulate` parts in one thread of as many pieces. Each thread
 * has a backend and the states of its sites of its own; weights and gradients lie in memory that all share.
 *
 * @param like - Weights as they will be, for their shapes; borrowed.
 */
export function workerGradients(config: TrainConfig, sizes: DataSizes, like: Weights): GradientSource {
  const params = layOut(like.params, 0)
  const stats = layOut(like.stats, params.end)
  const layouts = { params: params.layout, stats: stats.layout }
  const weights = new SharedArrayBuffer(4 * stats.end)
  const weightNumbers = new Float32Array(weights)
  const threads = Array.from({ length: config.workers }, () => {
    const results = new SharedArrayBuffer(4 * stats.end)
    return startThread({ config, sizes, layouts, weights, results })
  })
  return {
    async gradient(at, batch, step) {
      const pieces = partsOfBatch(batch, config.workers * config.accumulate)
      await Promise.all([
        writeTree(layouts.params, at.params, weightNumbers),
        writeTree(layouts.stats, at.stats, weightNumbers),
      ])
      const shares = threads
        .map((thread, i) => ({
          thread,
          parts: pieces.filter(({ part }) => shareOf(part, pieces.length, config) === i),
        }))
        .filter(({ parts }) => parts.length > 0)
      const losses = await Promise.all(
        shares.map(({ thread, parts }) =>
          thread.ask({ kind: 'gradient', parts: parts.map(own), batchSize: batch.size, step }),
        ),
      )
      const sum = createGradientSum()
      try {
        for (const [i, { thread }] of shares.entries()) {
          sum.add({
            loss: losses[i]?.loss ?? Number.NaN,
            grads: readTree(layouts.params, at.params, thread.results),
            stats: readTree(layouts.stats, at.stats, thread.results),
          })
        }
        const total = sum.take()
        return { ...total, stats: meanOf(total.stats, pieces.length) }
      } catch (error) {
        sum.dispose()
        throw error
      }
    },
    async save() {
      const saved = await Promise.all(threads.map((thread) => thread.ask({ kind: 'save' })))
      const entries = saved.flatMap(({ states = {} }, i) =>
        Object.entries(states).map(([name, state]) => [`worker${i}/${name}`, state] as const),
      )
      return Object.fromEntries(entries)
    },
    async restore(states) {
      const ofThread = (i: number): SavedStates => {
        const prefix = `worker${i}/`
        const own = Object.entries(states).filter(([name]) => name.startsWith(prefix))
        return Object.fromEntries(own.map(([name, state]) => [name.slice(prefix.length), state]))
      }
      await Promise.all(threads.map((thread, i) => thread.ask({ kind: 'restore', states: ofThread(i) })))
    },
    dispose() {
      for (const thread of threads) thread.end()
    },
  }
}

/** Which thread has a part: neighbours stay together. */
function shareOf(part: number, parts: number, { workers }: TrainConfig): number {
  return Math.floor((part * workers) / parts)
}

/** A part with bytes of its own: of a view, the whole batch would be sent. */
function own({ part, images: { mixup, ...images } }: BatchPart): BatchPart {
  return {
    part,
    images: {
      ...images,
      images: images.images.slice(),
      labels: images.labels.slice(),
      indices: images.indices.slice(),
      ...(mixup && { mixup: { labels: mixup.labels.slice(), weights: mixup.weights.slice() } }),
    },
  }
}

type Done = Extract<Response, { readonly kind: 'done' }>

/** A thread that is asked one thing at a time. */
interface Thread {
  readonly results: Float32Array
  ask(request: Request): Promise<Done>
  end(): void
}

function startThread(start: WorkerStart): Thread {
  const worker = new Worker(workerFile(), { workerData: start })
  let waiting: { resolve(done: Done): void; reject(error: Error): void } | undefined
  let failure: Error | undefined
  const fail = (error: Error): void => {
    failure = error
    waiting?.reject(error)
  }
  worker.on('message', (response: Response) => {
    if (response.kind === 'done') waiting?.resolve(response)
    else waiting?.reject(Object.assign(new Error(response.message), { stack: response.stack }))
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(failure ?? new Error(`A worker thread ended with code ${code}.`)))
  return {
    results: new Float32Array(start.results),
    ask(request) {
      if (failure !== undefined) return Promise.reject(failure)
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        worker.postMessage(request)
      })
    },
    end() {
      void worker.terminate()
    },
  }
}

/** The file of the worker: beside this one where that is built, and in the build where this is a source. */
function workerFile(): URL {
  const places = ['./gradient-worker.js', '../../dist/gradient-worker.js'].map((path) => new URL(path, import.meta.url))
  const found = places.find((place) => existsSync(fileURLToPath(place)))
  if (found === undefined) throw new Error('Workers need a build of @gg/trainer: npm run build.')
  return found
}
