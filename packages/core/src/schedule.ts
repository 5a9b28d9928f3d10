/**
 * A hyperparameter over time: the value for the update number `count`, which is 0 at the first update.
 * At a feature site it counts backward passes.
 */
export type Schedule = (count: number) => number
