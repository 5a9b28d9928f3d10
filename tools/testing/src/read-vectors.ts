import { readFileSync } from 'node:fs'

/** Reads `vectors/<name>.json`: numbers from an independent float64 reference, beside the program that made them. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8')) as T
}
