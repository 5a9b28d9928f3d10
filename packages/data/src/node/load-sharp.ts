import { DataError } from '../data-error.ts'

/** `sharp`, which decodes pictures; not everybody has any, so it is installed by those who do. */
export type Sharp = typeof import('sharp').default

/** Loads `sharp` when it is needed, and says what to do if it is not there. */
export async function loadSharp(fn: string): Promise<Sharp> {
  try {
    return (await import('sharp')).default
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw new DataError(
      'MISSING_PACKAGE',
      `${fn}: the package \`sharp\` must be installed to decode pictures, got: ${reason}. Run \`npm install sharp\`.`,
      { cause },
    )
  }
}
