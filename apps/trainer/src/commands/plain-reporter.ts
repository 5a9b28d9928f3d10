import { describeEnd, describeEpoch, describeSettings, describeSizes } from './describe-run.ts'
import type { Output, Reporter } from './reporter.ts'

/** Plain lines, one for each epoch: for files and for programs that read them. */
export function createPlainReporter(out: Output): Reporter {
  let epochs = 0
  const line = (text: string) => void out.write(`${text}\n`)
  return {
    event(event) {
      if (event.kind === 'start') {
        epochs = event.epochs
        line(describeSettings(event))
        line(describeSizes(event))
      }
      if (event.kind === 'epoch') line(describeEpoch(epochs, event))
    },
    stopping: () => line('stopping after this step'),
    end(end) {
      const { status, message, folder, curves, report } = end
      line(describeEnd(end))
      if (message !== undefined && status === 'completed') line(message)
      if (curves !== undefined) line(`curves: ${curves}`)
      if (report !== undefined) line(`report: ${report}`)
      line(`run: ${folder}`)
      if (status === 'stopped') line(`go on with: gg resume ${folder}`)
    },
  }
}
