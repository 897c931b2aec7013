import {Readable, Writable} from 'node:stream'
import type {WebSocket} from 'ws'
import type {TerminalSize} from '../../containers.ts'
import {keepAlive} from '../keep-alive.ts'
import {parseSize, type RemoteStreams, type Wanted} from './remote-streams.ts'

/*
 * Exec and attach over WebSocket: the first byte of a message names the channel that the rest belongs to. Version 5 can also close one
 * channel, with a message of 255 and its number; that is how standard input ends. Version 4 ends it with the connection only.
 */

export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

export type ChannelProtocol = (typeof channelProtocols)[number]

const channel = {stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255} as const

/** The streams of a program on a WebSocket. A client that breaks the protocol is cut off, with the code that WebSocket has for it. */
export function channelStreams(socket: WebSocket, protocol: ChannelProtocol, wanted: Wanted): RemoteStreams {
  const gone = new AbortController()
  const listeners: ((size: TerminalSize) => void)[] = []
  let size: TerminalSize | undefined
  let stdinOver = false

  const stdin = wanted.stdin ? new Readable({read: () => socket.resume()}) : undefined
  stdin?.on('error', () => undefined)
  const take = (bytes: Buffer) => {
    if (stdin && !stdinOver && bytes.length > 0 && !stdin.push(bytes)) socket.pause()
  }
  const endStdin = () => {
    if (!stdinOver) stdin?.push(null)
    stdinOver = true
  }
  const resize = (text: string) => {
    const told = parseSize(text)
    if (told) for (const listener of listeners) listener(told)
    size = told ?? size
  }
  const canClose = protocol === 'v5.channel.k8s.io'
  const receive = (message: Buffer) => {
    const [which = -1, rest] = [message[0], message.subarray(1)]
    if (which === channel.stdin) take(rest)
    else if (which === channel.resize) resize(rest.toString())
    else if (which === channel.close && canClose && rest.length === 1) void (rest[0] === channel.stdin && endStdin())
    // The others are ours to write; some clients open them with an empty message.
    else if (which < channel.stdin || which > channel.resize) socket.close(1002, 'no such channel')
  }
  socket.on('message', (message: Buffer) => receive(message))
  socket.on('error', () => undefined) // the end follows
  socket.on('close', () => {
    gone.abort()
    if (!stdinOver) stdin?.destroy(new Error('the client has gone'))
  })
  keepAlive(socket)

  const writable = (number: number) =>
    new Writable({
      highWaterMark: 2 ** 16,
      write: (bytes: Buffer, _encoding, done) => socket.send(Buffer.concat([Buffer.of(number), bytes]), done),
    }).on('error', () => undefined)
  const isTerminal = wanted.tty
  return {
    stdin,
    stdout: wanted.stdout ? writable(channel.stdout) : undefined,
    stderr: wanted.stderr && !isTerminal ? writable(channel.stderr) : undefined,
    onResize: listener => {
      listeners.push(listener)
      if (size) listener(size)
    },
    finish: async outcome => {
      await new Promise(resolve =>
        socket.send(Buffer.concat([Buffer.of(channel.error), Buffer.from(JSON.stringify(outcome))]), resolve),
      )
      await closed(socket)
    },
    gone: gone.signal,
  }
}

/* With the code for "all is well", which kubectl insists on; a client that does not answer is left. */
async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return
  const over = new Promise<void>(resolve => socket.once('close', () => resolve()))
  socket.resume()
  socket.close(1000)
  const timer = setTimeout(() => socket.terminate(), answerWithin)
  await over
  clearTimeout(timer)
}

const answerWithin = 2000
