// Compiles the kernels into build/*.wasm: `plain.ts` once, `tiled.ts` once for every register tile of `tiles.mjs`.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'
import { build } from 'esbuild'
import { TILES, tileSource } from './tiles.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const GENERATED = 'generated-tiles.ts'

const FLAGS = [
  '--optimizeLevel=3',
  // No garbage collector and no allocator: the memory is tfjs', and only tfjs gives it out.
  '--runtime=stub',
  '--importMemory',
  '--initialMemory=1',
  '--maximumMemory=65536',
  '--noAssert',
  '--use=abort=',
  '--enable=simd',
  '--enable=bulk-memory',
]

async function compile(entry, name, generated, flags = []) {
  const written = []
  const { error, stderr } = await asc.main([entry, `--outFile=${name}.wasm`, ...FLAGS, ...flags], {
    readFile: (path) => (path === GENERATED ? generated : readFile(here(path), 'utf8').catch(() => null)),
    writeFile: (path, contents) => written.push(writeFile(here(`../build/${path}`), contents)),
    listFiles: () => [],
  })
  await Promise.all(written)
  if (error !== null) throw new Error(`assembly/${entry} does not compile as ${name}:\n${stderr.toString()}`)
}

/** The script of a thread, in one piece: it travels as text, so that no bundler has to know of a second file. */
async function bundleWorker() {
  await build({
    entryPoints: [here('../src/engine/worker.ts')],
    outfile: here('../build/worker.txt'),
    bundle: true,
    minifySyntax: true,
    target: 'es2022',
    logLevel: 'error',
  })
}

await mkdir(here('../build'), { recursive: true })
await bundleWorker()
await compile('plain.ts', 'plain')
for (const tile of TILES) {
  await compile('tiled.ts', tile.name, tileSource(tile), tile.fused ? ['--enable=relaxed-simd'] : [])
}
