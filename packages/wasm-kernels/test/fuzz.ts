/** How many random cases a property is tried with: 200, or what GG_FUZZ says. */
export const FUZZ: number = Number(process.env['GG_FUZZ'] ?? 200)
