import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

export default library({
  entry: { index: 'src/index.ts', gg: 'src/gg.ts', 'gradient-worker': 'src/workers/gradient-worker.ts' },
}) as Options
