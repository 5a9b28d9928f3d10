import { existsSync, readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { parse } from 'yaml'
import { importFile } from '../expressions/load-user-modules.ts'
import { TrainingError } from '../training-error.ts'

/** The names under which a file of settings is found by itself, in this order. */
const CONFIG_FILES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map(
  (extension) => `gg.config.${extension}`,
)

/**
 * Settings from a file: the default export of TypeScript or JavaScript, or what JSON or YAML say.
 *
 * @param path - The file; `undefined` for the one of `CONFIG_FILES` that is in the working folder, if there is one.
 * @returns what the file says, unchecked; `{}` if there is no file
 * @throws TrainingError `INVALID_CONFIG` for a file that is missing or cannot be read, and where two would do
 */
export async function loadConfigFile(path: string | undefined): Promise<{ readonly [setting: string]: unknown }> {
  const file = path ?? findFile()
  if (file === undefined) return {}
  const settings = await read(resolve(file))
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return { ...settings }
  throw new TrainingError('INVALID_CONFIG', `${file} must hold a record of settings, such as { model: "lenet" }.`)
}

function findFile(): string | undefined {
  const [file, ...more] = CONFIG_FILES.filter((name) => existsSync(name))
  if (more.length === 0) return file
  throw new TrainingError('INVALID_CONFIG', `There are ${[file, ...more].join(' and ')}. Name one with --config.`)
}

async function read(file: string): Promise<unknown> {
  try {
    const extension = extname(file)
    if (extension === '.json') return JSON.parse(readFileSync(file, 'utf8'))
    if (extension === '.yaml' || extension === '.yml') return parse(readFileSync(file, 'utf8')) ?? {}
    const { default: settings } = await importFile(file)
    return settings
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TrainingError('INVALID_CONFIG', `The settings in ${file} cannot be read: ${reason}`, { cause })
  }
}
