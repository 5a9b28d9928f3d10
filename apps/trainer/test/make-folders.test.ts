import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from '../src/runs/make-folders.ts'
import { runsFolder } from './runs-folder.ts'

describe('makeFolders', () => {
  it('makes a folder and those above it, and leaves one that is there', () => {
    const folder = join(runsFolder(), 'a', 'b', 'c')
    makeFolders(folder)
    writeFileSync(join(folder, 'file'), 'kept')
    makeFolders(folder)
    expect(statSync(join(folder, 'file')).size).toBe(4)
  })

  it('says why where a file is in the way', () => {
    const root = runsFolder()
    mkdirSync(root, { recursive: true })
    const file = join(root, 'file')
    writeFileSync(file, '')
    expect(() => makeFolders(file)).toThrow('EEXIST')
    expect(() => makeFolders(join(file, 'below'))).toThrow('ENOTDIR')
  })

  // Node 20's own way goes round for ever here.
  it.skipIf(!existsSync('/proc/self'))('comes to an end where nothing can be made', () => {
    expect(() => makeFolders('/proc/x')).toThrow('ENOENT')
    expect(() => makeFolders('/proc/x/y')).toThrow('ENOENT')
  })
})
