import '@gg/core/register-gradients'
import { parentPort, workerData } from 'node:worker_threads'
import { disposeTree } from '@gg/core'
import { enableProdMode } from '@tensorflow/tfjs-core'
import { loadUserModules } from '../expressions/load-user-modules.ts'
import { startBackend } from '../names/backends.ts'
import { dropoutSeed, localGradients, sumOverParts } from '../training/gradient-source.ts'
import { placeSites } from '../training/place-sites.ts'
import { prepareModel } from '../training/prepare.ts'
import type { Request, Response, WorkerStart } from './messages.ts'
import { readTree, writeTree } from './shared-tree.ts'

// A thread of data-parallel training: weights come in shared memory, sums of gradients go back there.

const { config, sizes, layouts, weights: weightMemory, results: resultMemory } = workerData as WorkerStart
const label = (setting: string): string => `\`${setting}\``
const [weightNumbers, resultNumbers] = [new Float32Array(weightMemory), new Float32Array(resultMemory)]

enableProdMode()
const modules = await loadUserModules(config.use, label('use'))
// The cores are shared among the workers already.
await startBackend(config.backend, 1)
const { model, normalization, context } = prepareModel(config, label, sizes, modules)
const sites = placeSites(config.at, label('at'), model, context)
const problem = { model, sites, normalization, labelSmoothing: config.labelSmoothing }
const states = localGradients(problem, config.seed, 1)
// Their structure is what is wanted of them.
const like = { params: model.init(config.seed), stats: model.initStats() }

async function answer(request: Request): Promise<Response> {
  if (request.kind === 'save') return { kind: 'done', states: await states.save() }
  if (request.kind === 'restore') {
    await states.restore(request.states)
    return { kind: 'done' }
  }
  const { parts, batchSize, step } = request
  const params = readTree(layouts.params, like.params, weightNumbers)
  const stats = readTree(layouts.stats, like.stats, weightNumbers)
  try {
    const seedOf = (part: number): number => dropoutSeed(config.seed, step, part)
    const sum = await sumOverParts(problem, { params, stats }, parts, batchSize, seedOf)
    await writeTree(layouts.params, sum.grads, resultNumbers)
    await writeTree(layouts.stats, sum.stats, resultNumbers)
    disposeTree([sum.grads, sum.stats])
    return { kind: 'done', loss: sum.loss }
  } finally {
    disposeTree([params, stats])
  }
}

parentPort?.on('message', async (request: Request) => {
  try {
    parentPort?.postMessage(await answer(request))
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    parentPort?.postMessage({ kind: 'error', message, stack } satisfies Response)
  }
})
