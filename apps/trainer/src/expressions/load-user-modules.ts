import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import { TrainingError } from '../training-error.ts'
import type { UserModules } from './vocabulary.ts'

/**
 * The modules that `--use` names, JavaScript or TypeScript.
 *
 * @param paths - From the working folder, or absolute.
 * @throws TrainingError `INVALID_CONFIG` for one that cannot be loaded.
 */
export async function loadUserModules(paths: readonly string[], label: string): Promise<UserModules> {
  const modules: { readonly [name: string]: unknown }[] = []
  for (const path of paths) {
    try {
      modules.push(await importFile(resolve(path)))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new TrainingError('INVALID_CONFIG', `${label} '${path}' cannot be loaded: ${reason}`, { cause })
    }
  }
  return modules
}

/** A file of JavaScript, or of TypeScript, which Node 20 does not read by itself. */
export async function importFile(path: string): Promise<{ readonly [name: string]: unknown }> {
  if (/\.[cm]?ts$/.test(path)) return createJiti(import.meta.url, { interopDefault: false }).import(path)
  return (await import(pathToFileURL(path).href)) as { readonly [name: string]: unknown }
}
