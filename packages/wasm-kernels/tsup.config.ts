import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

export default library({ entry: ['src/index.ts', 'src/register.ts'], loader: { '.wasm': 'binary' } }) as Options
