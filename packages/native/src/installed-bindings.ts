import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The package tfjs-node or tfjs-node-gpu where it is installed. */
export interface InstalledBinding {
  readonly name: '@tensorflow/tfjs-node-gpu' | '@tensorflow/tfjs-node'
  readonly folder: string
  readonly version: string
  /** The binding that its install script downloads or builds; `undefined` if that script did not run. */
  readonly file: string | undefined
}

/**
 * The copies of tfjs-node-gpu and tfjs-node that a program in the current folder would import, in this order.
 *
 * @param from - The folder to look from; the current one unless given.
 */
export function installedBindings(from: string = process.cwd()): readonly InstalledBinding[] {
  const require = createRequire(join(from, 'package.json'))
  return (['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const).flatMap((name) => {
    try {
      const manifest = require.resolve(`${name}/package.json`)
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      const file = join(dirname(manifest), 'lib/napi-v8/tfjs_binding.node')
      return [{ name, folder: dirname(manifest), version, file: existsSync(file) ? file : undefined }]
    } catch {
      return []
    }
  })
}
