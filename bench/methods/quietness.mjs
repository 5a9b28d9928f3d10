// Whether the machine does anything else while something is timed: a ratio of two times says nothing on a busy one.
import { availableParallelism, cpus, loadavg } from 'node:os'

/** Above these a machine is busy: of all cores' time, of one loop's time, and of the fastest loop. */
const LIMITS = { others: 0.05, waiting: 0.03, slower: 1.1 }

/**
 * Watches from now on. `probe()` times a loop that does the same work each time; call it between measurements. `report(ms)`
 * is what was seen, with `ms` of processor time that children used: `{ busy, text }`.
 */
export function watchMachine() {
  const before = { ...machineTime(), own: process.cpuUsage() }
  const loops = []
  return {
    probe() {
      const [start, own] = [performance.now(), process.cpuUsage()]
      let x = 1
      for (let i = 0; i < 8e6; i++) x = (Math.imul(x, 1664525) + 1013904223) | 0
      const wall = performance.now() - start
      loops.push({ wall, waited: Math.max(0, wall - milliseconds(process.cpuUsage(own))), x })
    },
    report(childMs = 0) {
      const walls = loops.map(({ wall }) => wall).sort((a, b) => a - b)
      const slower = walls[walls.length >> 1] / walls[0]
      const waiting = sum(loops.map(({ waited }) => waited)) / sum(walls)
      const now = machineTime()
      const own = milliseconds(process.cpuUsage(before.own)) + childMs
      // Where the cores that are seen are not those that may be used, the difference says nothing of others.
      const seen = cpus().length === availableParallelism() && now.all > before.all
      const others = seen ? Math.max(0, (now.used - before.used - own) / (now.all - before.all)) : 0
      const busy = others > LIMITS.others || waiting > LIMITS.waiting || slower > LIMITS.slower
      const percent = (part) => `${(100 * part).toFixed(1)} %`
      const text =
        `${seen ? `others used ${percent(others)} of all cores, ` : ''}a loop of ours waited ${percent(waiting)} of its time ` +
        `and took ${slower.toFixed(2)} times its fastest at the median; load ${loadavg()[0].toFixed(1)}`
      return { busy, text }
    },
  }
}

/** Milliseconds that all cores together have spent, and those of them not idle. */
function machineTime() {
  const times = cpus().map(({ times }) => times)
  const all = sum(times.flatMap((time) => Object.values(time)))
  return { all, used: all - sum(times.map(({ idle }) => idle)) }
}

function milliseconds({ user, system }) {
  return (user + system) / 1e3
}

function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0)
}
