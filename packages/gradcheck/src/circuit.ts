/** A tensor as it is remembered: plain data, no tensor is kept. */
export interface Summary {
  readonly shape: readonly number[]
  readonly dtype: string
  /** All numbers, if there are no more than `values` of them (16 by default). */
  readonly values: readonly number[] | undefined
  /** The L2 norm. */
  readonly norm: number
  readonly min: number
  readonly max: number
  /** How many of the numbers lie in each of 16 equal parts of [min, max]; without NaN and infinities. */
  readonly histogram: readonly number[]
}

/** A tensor that runs through a circuit. */
export interface Wire {
  readonly id: number
  /** The path of an input, such as `conv1/kernel`; `output`; empty for what lies between. */
  readonly name: string
  /** A number that the function was made with, an input, what a gate put out, or what the function returned. */
  readonly kind: 'constant' | 'input' | 'gate' | 'output'
  readonly value: Summary
  /** `∂f/∂wire`, all paths added up; `undefined` where no gradient flows. */
  readonly gradient: Summary | undefined
}

/** One input of a gate. */
export interface Pin {
  /** The name that the kernel gives it: `a`, `x`, `filter`. */
  readonly name: string
  /** The id of the wire that comes in. */
  readonly wire: number
  /** `∂output/∂input`, where the gate works number by number or its output is one number; else `undefined`. */
  readonly local: Summary | undefined
  /** What this gate adds to the wire's gradient: the local gradient times that of the output. */
  readonly gradient: Summary | undefined
}

/** An operation of the circuit. */
export interface Gate {
  readonly id: number
  /** tfjs' name of the kernel, such as `Multiply`; for an operation with a gradient of its own its scope's, or `custom`. */
  readonly kernel: string
  /** The layer that the gate belongs to, after the inputs that enter there: `conv1` for what follows `conv1/kernel`. */
  readonly layer: string
  /**
   * What the gate does with the gradient: an addition hands it on, a maximum sends it to the largest, a multiplication
   * weighs it with the other input.
   */
  readonly rule: 'distributes' | 'routes' | 'switches' | undefined
  readonly inputs: readonly Pin[]
  /** The ids of the wires that go out; one for nearly all gates. */
  readonly outputs: readonly number[]
}

/** What a function did, forward and back. Plain data in the order of the forward pass. */
export interface Circuit {
  readonly wires: readonly Wire[]
  readonly gates: readonly Gate[]
  /** The id of the wire that the function returned. */
  readonly output: number
}

/** The wire with an id. */
export function wireOf(circuit: Circuit, id: number): Wire {
  // Ids are positions: traceGradient gives them out in order.
  return circuit.wires[id] as Wire
}
