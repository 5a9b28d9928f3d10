import type { ChannelStatistics } from '@gg/data'
import type { Sites } from '@gg/models'
import type { TrainConfig } from '../config/train-config.ts'
import type { TrainTestData } from '../names/datasets.ts'
import type { Learner } from '../training/learner.ts'
import type { GradientProblem } from '../training/part-gradient.ts'
import { judgeTestImages } from './judge-test-images.ts'
import { observeSites } from './observe-sites.ts'
import type { SitesLine, TestLine } from './report-lines.ts'

/** What a run is looked at with. */
export interface RunDiagnosticsOptions {
  readonly config: TrainConfig
  readonly problem: GradientProblem
  /** Sites made as those of the problem; they become the diagnostics'. */
  readonly twin: Sites | undefined
  readonly learner: Pick<Learner, 'weights' | 'evaluated'>
  readonly data: TrainTestData
  readonly normalization: ChannelStatistics
  readonly report: (line: SitesLine | TestLine) => void
}

/** Looks at a run from outside, without an effect on what it learns. */
export interface RunDiagnostics {
  /** Reports the gradients at the sites. */
  afterEpoch(epoch: number, step: number): Promise<void>
  /** Reports what the model takes test images for. */
  atEnd(epoch: number, step: number): Promise<void>
  dispose(): void
}

/** The lines of a run that its report draws, beside those of losses and accuracies. Memory: owns the twin. */
export function createRunDiagnostics(options: RunDiagnosticsOptions): RunDiagnostics {
  const { config, problem, twin, learner, data, normalization, report } = options
  const { batchSize, accumulate, evalBatchSize } = config
  let failed = false
  return {
    async afterEpoch(epoch, step) {
      if (failed) return
      try {
        const { weights } = learner
        const seen = await observeSites({ problem, twin, weights, images: data.train, batchSize, accumulate })
        report({ kind: 'sites', epoch, step, ...seen })
      } catch (error) {
        // Whoever trains for hours does not want to lose them to a look, say for want of memory.
        failed = true
        const problem = error instanceof Error ? error.message : String(error)
        report({ kind: 'sites', epoch, step, images: 0, sites: [], problem })
      }
    },
    async atEnd(epoch, step) {
      const options = { normalization, batchSize: evalBatchSize }
      const judged = await judgeTestImages(problem.model, learner.evaluated, data.test, options)
      report({ kind: 'test', epoch, step, ...judged })
    },
    dispose: () => twin?.dispose(),
  }
}
