import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre'
import { type Circuit, type Summary, wireOf } from './circuit.ts'
import { describeSummary, isBig, nameOfWire } from './describe-summary.ts'
import { symbolOf } from './kernel-rule.ts'

/** A box of the drawing: a gate, an input, a constant, or the end. */
export interface PlacedNode {
  readonly kind: 'gate' | 'input' | 'constant' | 'output'
  readonly label: string
  readonly note: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A wire of the drawing with what runs forward and back on it. */
export interface PlacedEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly value: Summary
  readonly gradient: Summary | undefined
  readonly x: number
  readonly y: number
}

/** A drawing with all its places. */
export interface PlacedCircuit {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}

type Box = NodeLabel & { readonly kind: PlacedNode['kind']; readonly label: string; readonly note: string }
type Line = EdgeLabel & { readonly value: Summary; readonly gradient: Summary | undefined }

/** The width of a character at the size in which labels are drawn. */
const CHARACTER = 7.3

/** Places gates, inputs and wires by Sugiyama's method as dagre has it, from left to right or from top to bottom. */
export function layoutCircuit(circuit: Circuit, direction: 'LR' | 'TB'): PlacedCircuit {
  const graph = new Graph<GraphLabel, Box, Line>({ multigraph: true })
  graph.setGraph({
    rankdir: direction,
    nodesep: 14,
    edgesep: 12,
    ranksep: direction === 'LR' ? 14 : 10,
    marginx: 14,
    marginy: 14,
  })
  const source = new Map<number, string>()
  for (const { id, kind } of circuit.wires) {
    if (kind !== 'input' && kind !== 'constant') continue
    const label = nameOfWire(circuit, id)
    graph.setNode(`w${id}`, { kind, label, note: '', width: label.length * CHARACTER + 12, height: 24 })
    source.set(id, `w${id}`)
  }
  for (const { id, kernel, layer, outputs } of circuit.gates) {
    const label = symbolOf(kernel)
    const round = label.length <= 4
    const width = round ? 38 : label.length * CHARACTER + 20
    graph.setNode(`g${id}`, { kind: 'gate', label, note: layer, width, height: round ? 38 : 30 })
    for (const wire of outputs) source.set(wire, `g${id}`)
  }
  graph.setNode('output', { kind: 'output', label: '', note: '', width: 6, height: 6 })
  const connect = (wire: number, gradient: Summary | undefined, to: string, name: string): void => {
    const { value } = wireOf(circuit, wire)
    const size = isBig(value) ? { width: 104, height: 66 } : { width: numbersWidth(value, gradient), height: 34 }
    graph.setEdge(source.get(wire) ?? `w${wire}`, to, { value, gradient, labelpos: 'c', ...size }, name)
  }
  for (const { id, inputs } of circuit.gates) {
    for (const pin of inputs) connect(pin.wire, pin.gradient, `g${id}`, pin.name)
  }
  connect(circuit.output, wireOf(circuit, circuit.output).gradient, 'output', 'output')
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    nodes: graph.nodes().map((id) => {
      const { kind, label, note, x = 0, y = 0, width, height } = graph.node(id)
      return { kind, label, note, x, y, width, height }
    }),
    edges: graph.edges().map((edge) => {
      const { points = [], value, gradient, x = 0, y = 0 } = graph.edge(edge)
      return { points, value, gradient, x, y }
    }),
  }
}

function numbersWidth(value: Summary, gradient: Summary | undefined): number {
  const characters = Math.max(
    describeSummary(value).length,
    gradient === undefined ? 0 : describeSummary(gradient).length,
  )
  return characters * CHARACTER + 10
}
