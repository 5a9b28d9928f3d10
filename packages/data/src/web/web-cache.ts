const NAME = 'gg-data'

/** The browser's own cache of responses; there is none in pages without https, and none in Node. */
function caches(): CacheStorage | undefined {
  return (globalThis as { readonly caches?: CacheStorage }).caches
}

/** A name that no server has: entries are told apart by address. */
function address(path: string): string {
  return `https://gg-data.invalid/${path}`
}

/** What was kept under this path. */
export async function cached(path: string): Promise<Uint8Array | undefined> {
  const response = await (await caches()?.open(NAME))?.match(address(path))
  return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer())
}

/** Keeps a file, if there is room: a browser may refuse, and then it is downloaded again next time. */
export async function store(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await (await caches()?.open(NAME))?.put(address(path), new Response(new Blob([bytes.slice()])))
  } catch {
    // The quota is used up.
  }
}
