/** What a product does with its sums before it stores them. */
export interface Finish {
  /** Address of the bias, one number a column. */
  readonly bias: number
  /** The sum of the words in assembly/tile-edges.ts. */
  readonly mode: number
  readonly low: number
  readonly high: number
}

/** The sums as they are. */
export const PLAIN_SUMS: Finish = { bias: 0, mode: 0, low: 0, high: 0 }
