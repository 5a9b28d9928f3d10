import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

export default library({
  entry: ['src/index.ts', 'src/register.ts'],
  loader: { '.txt': 'text', '.wasm': 'binary' },
}) as Options
