import type { Circuit, Gate, Pin, Summary, Wire } from './circuit.ts'
import { ruleOf } from './kernel-rule.ts'
import type { ReadRecording } from './read-recording.ts'

const unknown: Summary = {
  shape: [],
  dtype: 'string',
  values: undefined,
  norm: Number.NaN,
  min: Number.NaN,
  max: Number.NaN,
  histogram: [],
}

/** Puts together what lies between the inputs and the output, with ids that are positions, and names the layers. */
export function assembleCircuit(
  { gates: recorded, values, gradients }: ReadRecording,
  inputs: readonly (readonly [path: string, tensor: number])[],
  output: number,
): Circuit {
  const wires: Wire[] = []
  const idOf = new Map<number, number>()
  const layerOf = new Map<number, string>()
  const wire = (tensor: number, kind: Wire['kind'], name = ''): number => {
    const known = idOf.get(tensor)
    if (known !== undefined) return known
    const id = wires.length
    idOf.set(tensor, id)
    wires.push({ id, name, kind, value: values.get(tensor) ?? unknown, gradient: gradients.get(tensor) })
    return id
  }
  for (const [path, tensor] of inputs) wire(tensor, 'input', path === '' ? 'input' : path)
  // The last one is the sum that made a number of the output.
  const gates = recorded.slice(0, -1).filter((gate) => gate.reached)
  const circuit = gates.map((gate, id): Gate => {
    const pins = gate.inputs.map(
      ({ name, tensor }): Pin => ({
        name,
        wire: wire(tensor, 'constant'),
        local: gate.locals.get(name),
        gradient: gate.gradients.get(name),
      }),
    )
    const layer = layerAt(pins, wires, layerOf)
    const outputs = gate.outputs.map((tensor) =>
      tensor === output ? wire(tensor, 'output', 'output') : wire(tensor, 'gate'),
    )
    for (const out of outputs) layerOf.set(out, layer)
    return { id, kernel: gate.kernel, layer, rule: ruleOf(gate.kernel), inputs: pins, outputs }
  })
  return { wires, gates: circuit, output: wire(output, 'output', 'output') }
}

/** `conv1` where `conv1/kernel` enters; else the layer that the gate's main input comes from. */
function layerAt(pins: readonly Pin[], wires: readonly Wire[], layerOf: ReadonlyMap<number, string>): string {
  const paths = pins.map((pin) => wires[pin.wire]).filter((from) => from?.kind === 'input')
  const entered = paths.map((from) => from?.name ?? '').find((name) => name.includes('/'))
  if (entered !== undefined) return entered.slice(0, entered.lastIndexOf('/'))
  return pins.map((pin) => layerOf.get(pin.wire)).find((layer) => layer !== undefined && layer !== '') ?? ''
}
