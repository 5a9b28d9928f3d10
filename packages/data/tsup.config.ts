import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

// One face twice: for Node, and for browsers, which fetch where Node reads folders; types are the same for both.
export default library({
  entry: ['src/index.ts', 'src/browser.ts'],
  dts: { entry: 'src/index.ts', compilerOptions: { ignoreDeprecations: '6.0' } },
}) as Options
