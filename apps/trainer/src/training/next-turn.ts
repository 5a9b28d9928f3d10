import { setImmediate } from 'node:timers/promises'

/** Lets the event loop go round once, so that a progress bar is drawn and Ctrl-C is heard between two steps. */
export function nextTurn(): Promise<void> {
  return setImmediate()
}
