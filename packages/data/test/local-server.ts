import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What was asked for, in order. */
export interface Asked {
  readonly path: string
  readonly range: string | undefined
}

/** A server on 127.0.0.1 that answers as the test says, gone when the test is over. */
export interface LocalServer {
  /** Its address, with a `/` at the end. */
  readonly base: string
  readonly asked: readonly Asked[]
}

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void

/** Answers the `count`-th request, from 0. */
export async function localServer(answer: Answer): Promise<LocalServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', range: request.headers.range })
    answer(request, response, asked.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked }
}

/** Sends a file, or the part of it that is asked for. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from >= bytes.length) {
    response.writeHead(416).end()
    return
  }
  const headers = { 'content-length': bytes.length - from }
  if (request.headers.range === undefined) response.writeHead(200, headers)
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
  response.end(bytes.subarray(from))
}

/** Announces a file, sends the beginning, and keeps the connection open without another byte. */
export function sendBeginning(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  length: number,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': bytes.length - from,
    ...(from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
  })
  response.write(bytes.subarray(from, from + length))
}

/** Breaks the connection once all that was sent `hasArrived`: what a client has not read by then, it loses. */
export function breakOff(response: ServerResponse, hasArrived: () => boolean): void {
  const timer = setInterval(() => {
    if (!hasArrived()) return
    clearInterval(timer)
    response.destroy()
  }, 1)
  response.on('close', () => clearInterval(timer))
}
