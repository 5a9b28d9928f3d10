#!/usr/bin/env node
import { runCli } from './run-cli.ts'

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

// Not process.exit: output to a pipe may still be on its way.
process.exitCode = await runCli(process.argv.slice(2))
