// Images per second and memory of @gg/data, in one thread, medians. Build first, then: node --expose-gc bench/data.mjs
// With GG_DATA_DIR it reads the real CIFAR-10; without, it makes a set of the same size.
import { cpus } from 'node:os'
import { augment, batches, cifar10, cutout, flip, fromArrays, mixup, padCrop, permutation } from '@gg/data'

const ROUNDS = 5
const SIZE = 50_000
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]

/** A set as large as CIFAR-10, of bytes that do not compress. */
function synthetic() {
  const words = new Uint32Array((SIZE * 3072) / 4)
  const noise = permutation(2 ** 16, 1)
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(noise[i & 0xffff], 0x9e3779b1) ^ i
  const labels = Uint8Array.from({ length: SIZE }, (_, i) => i % 10)
  return fromArrays({ images: new Uint8Array(words.buffer), labels, shape: [32, 32, 3] })
}

globalThis.gc?.()
const before = process.memoryUsage()
const start = performance.now()
const dataset = process.env.GG_DATA_DIR ? await cifar10() : synthetic()
const seconds = (performance.now() - start) / 1000
const peak = (process.resourceUsage().maxRSS * 1024 - before.rss) / dataset.images.length
globalThis.gc?.()
const kept = (process.memoryUsage().arrayBuffers - before.arrayBuffers) / dataset.images.length

console.log(`${cpus()[0].model}, Node ${process.version}`)
console.log(
  `${dataset.name}: ${dataset.size} images, ${dataset.images.length} bytes, loaded in ${seconds.toFixed(2)} s`,
)
console.log(`memory kept ${kept.toFixed(3)} x its bytes, peak while loading ${peak.toFixed(3)} x`)

const crop = padCrop({ padding: 4 })
const cases = {
  'shuffled batches alone': undefined,
  'crop and flip': augment([crop, flip()]),
  'crop, flip and cutout': augment([crop, flip(), cutout({ size: 16 })]),
  'crop, flip and mixup': augment([crop, flip(), mixup({ alpha: 0.2 })]),
}
const rates = Object.fromEntries(Object.keys(cases).map((name) => [name, []]))
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, step] of Object.entries(cases)) {
    const from = performance.now()
    let count = 0
    const options = { batchSize: 128, seed: 1, epoch: round + 1, ...(step && { augment: step }) }
    for (const batch of batches(dataset, options)) count += batch.size
    if (round >= 0) rates[name].push(count / ((performance.now() - from) / 1000))
  }
}
for (const [name, all] of Object.entries(rates)) {
  const spread = `${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))}`
  console.log(`${name}: ${Math.round(median(all))} images/s (${spread} in ${ROUNDS} rounds)`)
}
