import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

export default library({
  entry: ['src/index.ts', 'src/register-gradients.ts'],
  // Of tfjs-core only the gradient table is copied in; see src/register-gradients.ts.
  splitting: false,
  noExternal: [/register_all_gradients$/],
}) as Options
