import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

export default library() as Options
