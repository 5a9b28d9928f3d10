import type { Writable } from 'node:stream'
import { intro, log, outro } from '@clack/prompts'
import { SingleBar } from 'cli-progress'
import type { StepMetrics } from '../training/metrics.ts'
import type { TrainStart } from '../training/train.ts'
import { count, describeEnd, describeEpoch, describeSettings, describeSizes } from './describe-run.ts'
import type { Reporter } from './reporter.ts'

/**
 * A progress bar, and a line above it for each epoch.
 *
 * The bar is not clack's: that one takes the keyboard and ends the process at Ctrl-C, before anything is written.
 */
export function createTerminalReporter(out: Writable): Reporter {
  const bar = new SingleBar({
    stream: out as NodeJS.WritableStream,
    format: '│  {bar}  {percentage} %  epoch {epoch}  {numbers}',
    barCompleteChar: '━',
    barIncompleteChar: '─',
    barsize: 32,
    clearOnComplete: true,
    // Without these it hides the cursor and takes Ctrl-C for itself.
    hideCursor: null,
    gracefulExit: false,
  })
  const options = { output: out }
  let start: TrainStart | undefined
  let startedAt = 0
  let steps = 0
  const showBar = (): void => {
    if (start !== undefined)
      bar.start(start.steps, steps, { epoch: Math.floor((steps * start.epochs) / start.steps) + 1, numbers: '' })
  }
  const numbers = ({ step, trainLoss }: StepMetrics, { steps: all, config, step: before }: TrainStart): string => {
    const stepsPerSecond = (step - before) / ((performance.now() - startedAt) / 1000)
    const left = Math.ceil((all - step) / stepsPerSecond)
    return `loss ${trainLoss.toFixed(3)}  ${count(Math.round(stepsPerSecond * config.batchSize))} images/s  ${left} s left`
  }
  return {
    event(event) {
      if (event.kind === 'start') {
        start = event
        startedAt = performance.now()
        steps = event.step
        intro('gg train', options)
        log.message(`${describeSettings(event)}\n${describeSizes(event)}`, options)
        showBar()
      } else if (start !== undefined && event.kind === 'step') {
        steps = event.step
        bar.update(steps, { epoch: Math.ceil(event.epoch), numbers: numbers(event, start) })
      } else if (start !== undefined && event.kind === 'epoch') {
        bar.stop()
        log.step(describeEpoch(start.epochs, event), options)
        if (event.epoch < start.epochs) showBar()
      }
    },
    stopping() {
      bar.stop()
      log.warn('stopping after this step', options)
    },
    end(end) {
      const { status, message, folder, curves, report } = end
      bar.stop()
      const what = describeEnd(end)
      if (status === 'completed') log.success(what, options)
      else log.warn(what, options)
      if (message !== undefined && status === 'completed') log.info(message, options)
      if (curves !== undefined) log.info(`curves  ${curves}`, options)
      if (report !== undefined) log.info(`report  ${report}`, options)
      if (status === 'stopped') log.info(`go on with  gg resume ${folder}`, options)
      outro(`run  ${folder}`, options)
    },
  }
}
