import type {Duplex} from 'node:stream'
import {finished} from 'node:stream/promises'
import type {TerminalSize} from '../../containers.ts'
import {type SpdySession, type SpdyStream, serveSpdy} from '../spdy/session.ts'
import {parseSize, type RemoteStreams, type Wanted} from './remote-streams.ts'

/*
 * Exec and attach over SPDY: the client opens a stream each for error, stdin, stdout, stderr and resize, and says which it is in the
 * header `streamType`. The versions of this protocol differ in how it ends and in what a terminal may do: from version 3 on it can change
 * its size, from version 4 on the error stream carries a Status as JSON, before that words.
 */

export const remoteCommandProtocols = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
] as const

export type RemoteCommandProtocol = (typeof remoteCommandProtocols)[number]

type StreamName = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize'

/** The client did not open the streams that it had asked for. */
export class NoStreamsError extends Error {
  override readonly name = 'NoStreamsError'
}

/** The streams of a program on a SPDY connection, once the client has opened them all; throws NoStreamsError when it does not. */
export async function spdyStreams(
  transport: Duplex,
  {protocol, wanted, withinMs = 30_000}: {protocol: RemoteCommandProtocol; wanted: Wanted; withinMs?: number},
): Promise<RemoteStreams> {
  const names = expected(protocol, wanted)
  const streams = new Map<StreamName, SpdyStream>()
  const complete = Promise.withResolvers<void>()
  const session = serveSpdy(transport, {
    opened: stream => {
      const name = names.find(one => one === stream.headers.get('streamtype')?.[0])
      if (name === undefined || streams.has(name)) return void stream.destroy()
      streams.set(name, stream)
      if (streams.size === names.length) complete.resolve()
    },
  })
  const timer = setTimeout(
    () => complete.reject(new NoStreamsError('timed out waiting for client to create streams')),
    withinMs,
  )
  const left = session.over.then(() => {
    throw new NoStreamsError('the client left before it had created its streams')
  })
  try {
    await Promise.race([complete.promise, left])
  } catch (error) {
    session.close()
    transport.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
  left.catch(() => undefined)
  return remoteStreams(session, streams, protocol)
}

function expected(protocol: RemoteCommandProtocol, wanted: Wanted): readonly StreamName[] {
  const resizable = wanted.tty && (protocol === 'v4.channel.k8s.io' || protocol === 'v3.channel.k8s.io')
  const streams: readonly (readonly [StreamName, boolean])[] = [
    ['error', true],
    ['stdin', wanted.stdin],
    ['stdout', wanted.stdout],
    ['stderr', wanted.stderr && !wanted.tty],
    ['resize', resizable],
  ]
  return streams.flatMap(([name, isWanted]) => (isWanted ? [name] : []))
}

function remoteStreams(
  session: SpdySession,
  streams: ReadonlyMap<StreamName, SpdyStream>,
  protocol: RemoteCommandProtocol,
): RemoteStreams {
  const gone = new AbortController()
  void session.over.then(() => gone.abort())
  for (const name of ['error', 'stdout', 'stderr'] as const) streams.get(name)?.resume() // nothing is expected there
  const outputs = [streams.get('stdout'), streams.get('stderr')].filter(stream => stream !== undefined)
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    onResize: listener => followSizes(streams.get('resize'), listener),
    finish: async outcome => {
      await Promise.all(outputs.map(ended))
      const error = streams.get('error')
      const said = protocol === 'v4.channel.k8s.io' ? JSON.stringify(outcome) : (outcome.message ?? '')
      error?.end(outcome.status === 'Success' && protocol !== 'v4.channel.k8s.io' ? '' : said)
      if (error) await ended(error)
      for (const name of ['stdin', 'resize'] as const) streams.get(name)?.resume().end()
      session.close()
      await session.over
    },
    gone: gone.signal,
  }
}

async function ended(stream: SpdyStream): Promise<void> {
  if (!stream.writableEnded) stream.end()
  await finished(stream, {readable: false}).catch(() => undefined) // reset by a client that does not want it any more
}

/* Sizes come as JSON values, one behind the other, in pieces as they like. */
function followSizes(stream: SpdyStream | undefined, listener: (size: TerminalSize) => void): void {
  let text = ''
  stream?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
      const size = parseSize(text.slice(0, end + 1))
      text = text.slice(end + 1)
      if (size) listener(size)
    }
    if (text.length > longestSize) stream.destroy()
  })
}

const longestSize = 1000
