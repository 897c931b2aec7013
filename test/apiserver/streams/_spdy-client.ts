import {once} from 'node:events'
import {connect, type Socket} from 'node:net'
import type {Duplex} from 'node:stream'
import {text} from 'node:stream/consumers'
import {type Frame, frameReader, printFrame} from '../../../src/apiserver/streams/spdy/frames.ts'
import {headerWriter} from '../../../src/apiserver/streams/spdy/headers.ts'

/** A client that sends what it is told to, frame by frame, and writes down what it gets. */
export type SpdyClient = {
  readonly frames: Frame[]
  send(...frames: readonly Frame[]): void
  open(stream: number, headers: Readonly<Record<string, string>>, fin?: boolean): void
  /** All that has come on a stream. */
  said(stream: number): string
  /** Resolves once that holds; the test's own time is the bound. */
  until(condition: () => boolean): Promise<void>
}

export function spdyClient(transport: Duplex): SpdyClient {
  const frames: Frame[] = []
  const read = frameReader()
  const write = headerWriter()
  const looks = new Set<() => void>()
  const look = () => {
    for (const one of [...looks]) one()
  }
  transport.on('data', (chunk: Buffer) => {
    frames.push(...read(chunk))
    look()
  })
  transport.on('error', () => undefined)
  transport.on('close', look)
  transport.resume() // who had it before may have paused it
  const send = (...all: readonly Frame[]) => {
    for (const part of all.flatMap(printFrame)) transport.write(part)
  }
  return {
    frames,
    send,
    open: (stream, headers, fin = false) =>
      send({
        type: 'open',
        stream,
        fin,
        block: write(new Map(Object.entries(headers).map(([name, value]) => [name, [value]]))),
      }),
    said: stream =>
      Buffer.concat(
        frames.flatMap(frame => (frame.type === 'data' && frame.stream === stream ? [frame.bytes] : [])),
      ).toString(),
    until: condition =>
      new Promise(resolve => {
        const one = () => {
          if (!condition()) return
          looks.delete(one)
          resolve()
        }
        looks.add(one)
        one()
      }),
  }
}

/** What a server answers to a request for SPDY: the head of its answer, and the connection, if it became one. */
export async function askSpdy(
  port: number,
  path: string,
  protocols: readonly string[],
): Promise<{head: string; socket: Socket}> {
  const socket = connect(port, '127.0.0.1')
  const offers = protocols.map(one => `X-Stream-Protocol-Version: ${one}\r\n`).join('')
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${offers}Content-Length: 0\r\n\r\n`,
  )
  let head = ''
  while (!head.includes('\r\n\r\n')) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    head += chunk.toString('latin1')
    socket.pause()
    if (!head.startsWith('HTTP/1.1 101')) head += await text(socket)
  }
  return {head, socket}
}
