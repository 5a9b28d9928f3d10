import type { DownloadProgress } from '@gg/data'
import { enableProdMode } from '@tensorflow/tfjs-core'
import type { SettingLabel, TrainConfig } from '../config/train-config.ts'
import { writeReport } from '../report/report-command.ts'
import { createRunFolder, type ResumedRun, type RunFolder, type RunStatus } from '../runs/run-folder.ts'
import { type Judged, judged } from '../training/metrics.ts'
import { type TrainEvent, type TrainOptions, type TrainResult, train } from '../training/train.ts'
import { createReporter, type ReporterOptions } from './reporter.ts'

/** How the process ends. */
export type Exit = (code: number) => void

/** A run to make, or one to go on with. */
export interface TrainingTask {
  readonly config: TrainConfig
  /** Where the folder of a new run is made. */
  readonly out: string
  readonly resumed?: ResumedRun
  readonly report: ReporterOptions
  readonly label: SettingLabel
  readonly download?: boolean
}

/** Trains, writes the run's folder and tells how it goes. Returns the code with which the process is to end. */
export async function runTraining({ config, out, resumed, report, label, download }: TrainingTask): Promise<number> {
  enableProdMode() // Or tfjs greets every program that runs it in Node.
  const reporter = createReporter(report)
  const stop = new AbortController()
  let signalCode = 0
  const onSignal = (_: NodeJS.Signals, code: number): void => {
    // Whoever presses Ctrl-C twice does not want to wait.
    if (stop.signal.aborted) process.exit(128 + code)
    signalCode = 128 + code
    stop.abort()
    reporter.stopping()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  let folder: RunFolder | undefined = resumed?.folder
  let lastJudged: Judged | undefined
  const onProgress = (event: TrainEvent): void => {
    if (event.kind === 'start') {
      folder ??= createRunFolder(out, event.config)
      folder.began(event.device)
    } else folder?.append(event)
    if (event.kind === 'epoch') lastJudged = judged(event)
    if (event.kind === 'final') lastJudged = { by: 'test', loss: event.testLoss, accuracy: event.testAccuracy }
    reporter.event(event)
  }
  const onCheckpoint: TrainOptions['onCheckpoint'] = (checkpoint, best) => folder?.checkpoints.write(checkpoint, best)
  const end = async (status: RunStatus, message?: string): Promise<void> => {
    if (folder === undefined) return
    const curves = await folder.drawCurves()
    folder.end(status, message)
    // Of what is in the folder by now, how it ended among it.
    const page = await writeReport(folder.path).catch((error) => {
      // What was learned is safe, and the page can be written later.
      process.stderr.write(
        `gg: The report was not written: ${error instanceof Error ? error.message : String(error)}\n`,
      )
      return undefined
    })
    reporter.end({
      kind: 'end',
      status,
      folder: folder.path,
      ...(message !== undefined && { message }),
      ...(curves !== undefined && { curves }),
      ...(page !== undefined && { report: page }),
      ...(lastJudged !== undefined && { [`${lastJudged.by}Accuracy`]: lastJudged.accuracy }),
    })
  }
  let result: TrainResult | undefined
  try {
    result = await train(config, {
      onProgress,
      onCheckpoint,
      signal: stop.signal,
      label,
      ...(resumed && { resume: resumed.checkpoint }),
      ...(download && { download: { signal: stop.signal, onProgress: announceFiles() } }),
    })
    await end(result.status, result.message)
    return result.status === 'stopped' ? signalCode : 0
  } catch (error) {
    // On a disk that is full this fails too, and is not what there is to say.
    await end('failed', error instanceof Error ? error.message : String(error)).catch(() => {})
    throw error
  } finally {
    result?.dispose()
    folder?.close()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/** Says of each file once that it is on its way, and how large it is: the large ones take minutes. */
function announceFiles(): (progress: DownloadProgress) => void {
  const known = new Set<string>()
  return ({ file, url, total }) => {
    if (known.has(file)) return
    known.add(file)
    process.stderr.write(`downloading ${file}, ${(total / 1e6).toFixed(1)} MB, from ${url}\n`)
  }
}
