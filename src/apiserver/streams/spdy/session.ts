import {Duplex} from 'node:stream'
import {type Frame, frameReader, printFrame, resetStatus, SpdyError} from './frames.ts'
import {type Headers, headerReader, headerWriter} from './headers.ts'

/** A stream that the client opened. Its end is the client's FIN, ending it sends ours; destroyed early, it is reset. */
export type SpdyStream = Duplex & {readonly headers: Headers}

export type SpdySession = {
  /** Tells the client to open no more streams, and ends the connection when what was written has gone out. */
  close(): void
  /** Resolves when the connection is over, however it ended; all its streams are destroyed then. */
  readonly over: Promise<void>
}

export type SpdyOptions = {
  /** Hears of every stream that the client opens; it has been accepted by then. A stream that nobody reads holds up all others. */
  readonly opened: (stream: SpdyStream) => void
  /** How often to write to a client that may have vanished, in ms: only then does the kernel say so while nothing is read. */
  readonly pingEvery?: number
}

/**
 * The server's side of a SPDY/3.1 connection over any stream of bytes. There is no flow control in it but that of the connection: while
 * a stream's reader is behind, nothing more is read. That is what Kubernetes' clients expect; they send no WINDOW_UPDATE.
 */
export function serveSpdy(transport: Duplex, {opened, pingEvery = 5_000}: SpdyOptions): SpdySession {
  const streams = new Map<number, OpenStream>()
  const inflater = headerReader()
  const deflate = headerWriter()
  let last = 0
  let pings = 0
  let leaving = false

  const send = (frame: Frame, done?: (error?: Error | null) => void) => {
    if (transport.destroyed || transport.writableEnded) return done?.(new Error('the connection is over'))
    const parts = printFrame(frame)
    transport.cork()
    for (const [index, part] of parts.entries()) transport.write(part, index === parts.length - 1 ? done : undefined)
    transport.uncork()
  }

  const open = async ({stream: id, fin, block}: Extract<Frame, {type: 'open'}>) => {
    const headers = await inflater.read(block)
    if (id % 2 === 0 || id <= last) throw new SpdyError(`the client may not open stream ${id} after ${last}`)
    last = id
    if (leaving || streams.size >= mostStreams) return send({type: 'reset', stream: id, status: resetStatus.refused})
    const stream = openStream({id, headers, send, forget: () => streams.delete(id)})
    streams.set(id, stream)
    send({type: 'reply', stream: id, fin: false, block: deflate(new Map())})
    opened(stream.stream)
    if (fin) await stream.take(Buffer.alloc(0), true)
  }

  const act = async (frame: Frame): Promise<void> => {
    switch (frame.type) {
      case 'open':
        return open(frame)
      case 'data': {
        const {stream: id, bytes, fin} = frame
        const stream = streams.get(id)
        if (stream) return stream.take(bytes, fin)
        // One that has just been closed from here may still get some.
        return id > last ? send({type: 'reset', stream: id, status: resetStatus.invalid}) : undefined
      }
      case 'reset':
        streams.get(frame.stream)?.reset()
        return
      case 'headers':
      case 'reply':
        await inflater.read(frame.block) // unread, it would garble the next
        return
      case 'ping':
        return frame.id % 2 === 1 ? send(frame) : undefined
      case 'goaway':
        leaving = true
        return
      case 'other':
        return
    }
  }

  const read = async () => {
    const frames = frameReader()
    for await (const chunk of transport.iterator({destroyOnReturn: false}))
      for (const frame of frames(chunk as Buffer)) await act(frame)
  }

  const close = () => {
    if (transport.destroyed || transport.writableEnded) return
    leaving = true
    send({type: 'goaway', last, status: 0})
    transport.end()
    setTimeout(() => transport.destroy(), lingerMs).unref()
  }

  const ping = setInterval(() => send({type: 'ping', id: 2 * ++pings}), pingEvery)
  ping.unref()
  transport.on('error', () => undefined) // the reader hears it too
  const reading = read().then(close, (error: Error) => {
    if (error instanceof SpdyError) send({type: 'goaway', last, status: resetStatus.protocol})
  })
  const over = reading.then(() => {
    clearInterval(ping)
    inflater.close()
    transport.destroy()
    for (const stream of [...streams.values()]) stream.reset()
  })
  transport.once('close', () => {
    for (const stream of [...streams.values()]) stream.reset()
  })
  return {close, over}
}

const mostStreams = 1000

/** How long a client may take to close its side after we have closed ours. */
const lingerMs = 1000

type OpenStream = {
  readonly stream: SpdyStream
  /** Resolves when there is room for more. */
  take(bytes: Buffer, fin: boolean): Promise<void>
  /** The client, or the end of the connection, has cut it off. */
  reset(): void
}

type Opening = {
  readonly id: number
  readonly headers: Headers
  readonly send: (frame: Frame, done?: (error?: Error | null) => void) => void
  readonly forget: () => void
}

function openStream({id, headers, send, forget}: Opening): OpenStream {
  let room: (() => void) | undefined
  let ended = {theirs: false, ours: false}
  let cut = false
  const ready = () => {
    room?.()
    room = undefined
  }
  const duplex = new Duplex({
    highWaterMark: 2 ** 16,
    read: ready,
    write: (bytes: Buffer, _encoding, done) => {
      const pieces = Math.ceil(bytes.length / longestPiece)
      for (let index = 0; index < pieces; index++) {
        const piece = bytes.subarray(index * longestPiece, (index + 1) * longestPiece)
        send({type: 'data', stream: id, fin: false, bytes: piece}, index === pieces - 1 ? done : undefined)
      }
      if (pieces === 0) done()
    },
    final: done => {
      ended = {...ended, ours: true}
      send({type: 'data', stream: id, fin: true, bytes: Buffer.alloc(0)}, () => done())
    },
    destroy: (error, done) => {
      forget()
      ready()
      if (!cut && !(ended.theirs && ended.ours)) send({type: 'reset', stream: id, status: resetStatus.cancel})
      done(error)
    },
  })
  duplex.on('error', () => undefined) // a reset is no surprise; whoever uses the stream hears it besides
  return {
    stream: Object.assign(duplex, {headers}),
    take: (bytes, fin) => {
      if (duplex.destroyed || ended.theirs) return Promise.resolve()
      const full = bytes.length > 0 && !duplex.push(bytes)
      if (fin) {
        ended = {...ended, theirs: true}
        duplex.push(null)
        return Promise.resolve()
      }
      return full && !duplex.destroyed ? new Promise(resolve => (room = resolve)) : Promise.resolve()
    },
    reset: () => {
      cut = true
      duplex.destroy(new Error('the client has cut the stream'))
    },
  }
}

const longestPiece = 2 ** 16
