import {Readable, Writable} from 'node:stream'
import type {AttachOptions, Program} from '../../apiserver/containers.ts'
import type {LogAnswer, LogQuestion} from '../../node/runtime/read-log.ts'
import type {Streams} from '../../node/runtime/streams.ts'
import type {Container} from '../../objects/container.ts'
import {printed} from './container-log.ts'

export type Attaching = {
  readonly id: string
  readonly container: Container | undefined
  readonly readLog: (question: LogQuestion) => Promise<LogAnswer | undefined>
  readonly streams: Streams
  readonly wanted: AttachOptions
}

/**
 * Joins a container's first process. What it prints goes to its log, and is read from there: all of it is standard output, as the log
 * does not tell the two apart. Several may be attached at a time; letting go harms nobody.
 */
export function attachTo({id, container, readLog, streams, wanted}: Attaching): Program {
  const over = new AbortController()
  const ended = Promise.withResolvers<number>()
  const follow = async function* () {
    const options = {follow: true, previous: false, timestamps: false, tail: 0}
    const missing = () => new Error('the container has ended')
    yield* await printed(readLog, {id, options, signal: over.signal, missing})
  }
  const stdout = Readable.from(follow(), {objectMode: false})
  stdout.once('close', () => ended.resolve(0))
  stdout.on('error', () => undefined)
  const hasInput = wanted.stdin && (container?.stdin === true || container?.tty === true)
  return {
    stdin: hasInput ? inputTo(streams, id, container.stdinOnce === true) : undefined,
    stdout,
    stderr: undefined,
    resize: size => void streams.input({id, what: size}).catch(() => undefined),
    ended: ended.promise,
    end: () => {
      over.abort()
      stdout.destroy()
    },
  }
}

/* The end of one who attaches is the end of the input only where the container says so (`stdinOnce`). */
function inputTo(streams: Streams, id: string, once: boolean): Writable {
  const give = (what: Uint8Array | null, done: (error?: Error | null) => void) =>
    void streams.input({id, what}).then(() => done(), done)
  return new Writable({
    write: (bytes: Buffer, _encoding, done) => give(bytes, done),
    final: done => (once ? give(null, done) : done()),
  })
}
