import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

// `node:zlib`, not `zlib`: bundlers and other runtimes know it for a part of Node by its prefix.
export default library({ removeNodeProtocol: false }) as Options
