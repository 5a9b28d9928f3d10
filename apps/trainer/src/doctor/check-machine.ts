import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { delimiter, join } from 'node:path'
import { arch, cwd, env, version as node, platform } from 'node:process'
import packageJson from '../../package.json' with { type: 'json' }
import { type Finding, reasonOf } from './finding.ts'

/** The version of Node, and those of the packages that compute. */
export function checkVersions(): readonly Finding[] {
  const [major = 0, minor = 0] = node.slice(1).split('.').map(Number)
  const [needed = 0, neededMinor = 0] = (packageJson.engines.node.match(/\d+/g) ?? []).map(Number)
  const old = major < needed || (major === needed && minor < neededMinor)
  const require = createRequire(import.meta.url)
  const versions = Object.keys(packageJson.dependencies)
    .filter((name) => name.startsWith('@gg/') || name.startsWith('@tensorflow/'))
    .map((name): Finding => {
      try {
        const { version } = require(`${name}/package.json`) as { readonly version: string }
        return { name, state: 'ok', detail: version }
      } catch (error) {
        return { name, state: 'broken', detail: reasonOf(error), remedy: 'npm install @gg/trainer' }
      }
    })
  return [
    { name: packageJson.name, state: 'ok', detail: packageJson.version },
    {
      name: 'node',
      state: old ? 'broken' : 'ok',
      detail: `${node}, ${platform} ${arch}${old ? `; ${packageJson.engines.node} is needed` : ''}`,
      ...(old && { remedy: 'install a newer one from https://nodejs.org' }),
    },
    ...versions,
  ]
}

/** Cores, memory, and room for runs in the folder where the command is given. */
export function checkMachine(): readonly Finding[] {
  const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return [
    { name: 'processor', state: 'ok', detail: `${cpus()[0]?.model.trim() || arch}, ${availableParallelism()} cores` },
    { name: 'memory', state: 'ok', detail: `${gigabytes(totalmem())}, ${gigabytes(freemem())} of it free` },
    checkFolder(cwd(), gigabytes),
  ]
}

/** Programs that some things need and training does not. */
export function checkPrograms(): readonly Finding[] {
  const found = (program: string): string | undefined =>
    (env['PATH'] ?? '')
      .split(delimiter)
      .flatMap((folder) => [join(folder, program), join(folder, `${program}.exe`)])
      .find((path) => existsSync(path))
  const tensorboard = found('tensorboard')
  return [
    tensorboard === undefined
      ? {
          name: 'tensorboard',
          state: 'missing',
          detail: 'shows the event files of gg train --tensorboard',
          remedy: 'pip install tensorboard',
        }
      : { name: 'tensorboard', state: 'ok', detail: tensorboard },
  ]
}

function checkFolder(folder: string, gigabytes: (bytes: number) => string): Finding {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    const full = bavail * bsize < 2 ** 28
    const detail = `${folder}, ${gigabytes(bavail * bsize)} free`
    return full
      ? { name: 'folder', state: 'broken', detail, remedy: 'make room, or name a folder with --out' }
      : { name: 'folder', state: 'ok', detail }
  } catch (error) {
    return { name: 'folder', state: 'broken', detail: reasonOf(error), remedy: 'name another one with --out' }
  }
}
