/** The option of a setting: `--batch-size` of `batchSize`. */
export function flag(setting: string): string {
  return setting === 'learningRate' ? '--lr' : `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
