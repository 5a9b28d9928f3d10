import fc from 'fast-check'
import { vi } from 'vitest'

/** How many random cases a property is tried with: 200, or what GG_FUZZ says. */
export const FUZZ: number = Number(process.env['GG_FUZZ'] ?? 200)

const scale = Math.max(1, FUZZ / 200)

// A kernel that is broken may break at thousands of cases, and fast-check would look for the smallest for minutes. A run that
// is cut short without a counterexample is red too.
fc.configureGlobal({ interruptAfterTimeLimit: 30_000 * scale, markInterruptAsFailure: true })
vi.setConfig({ testTimeout: 60_000 * scale })
