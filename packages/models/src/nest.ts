/** Records within records: `conv1/kernel` is `{ conv1: { kernel } }`, in the order in which the paths come. */
export function nest<T>(entries: Iterable<readonly [path: string, value: T]>): Nested<T> {
  const root: MutableNested<T> = {}
  for (const [path, value] of entries) {
    const names = path.split('/')
    const last = names.pop() ?? ''
    let node = root
    for (const name of names) {
      node[name] ??= {}
      node = node[name] as MutableNested<T>
    }
    node[last] = value
  }
  return root
}

/** What is at a path in records within records, or undefined. */
export function atPath(root: unknown, path: string): unknown {
  let node = root
  for (const name of path.split('/')) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined
    node = (node as { readonly [name: string]: unknown })[name]
  }
  return node
}

/** Records within records. */
export type Nested<T> = { readonly [name: string]: T | Nested<T> }

type MutableNested<T> = { [name: string]: T | MutableNested<T> }
