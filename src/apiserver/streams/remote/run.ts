import type {Readable, Writable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {lull} from '../../../kernel/lull.ts'
import type {Program} from '../../containers.ts'
import type {Outcome, RemoteStreams} from './remote-streams.ts'

/**
 * Joins a program with a client until either goes. When the program ends, the client gets all that it has printed, and how it ended.
 * When the client goes, so does the program. A real kubelet lets one without a terminal run on, with its standard input closed; in a lab
 * that must leave nothing behind there would be nobody to end it.
 */
export async function runRemotely(
  program: Program,
  remote: RemoteStreams,
  outcomeOf: (code: number) => Outcome,
): Promise<void> {
  const end = () => program.end()
  remote.gone.addEventListener('abort', end, {once: true})
  if (remote.gone.aborted) end()
  remote.onResize(size => program.resize(size))
  void feed(remote.stdin, program.stdin)
  const outputs = [drain(program.stdout, remote.stdout), drain(program.stderr, remote.stderr)]
  const code = await program.ended
  remote.gone.removeEventListener('abort', end)
  await Promise.all(outputs.map(output => output.over()))
  if (remote.gone.aborted) return
  await remote.finish(outcomeOf(code))
}

/* A program that does not read any more is no reason to stop listening to the client. */
async function feed(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (!from) return
  if (to) await pipeline(from, to, {end: true}).catch(() => to.destroy())
  if (!from.destroyed) from.resume()
}

type Drain = {
  /** Resolves when all is over, once the program is: what it left running may keep its output open for ever, and is not waited for. */
  over(): Promise<void>
}

function drain(from: Readable | undefined, to: Writable | undefined): Drain {
  if (!from) return {over: async () => undefined}
  let reading = true
  let seen = 0
  const copy = async () => {
    for await (const chunk of from) {
      reading = false
      seen++
      if (to && !to.destroyed) await written(to, chunk as Buffer)
      reading = true
    }
  }
  const done = copy().catch(() => undefined) // a terminal ends with an error, and so does what is destroyed
  return {
    over: async () => {
      const ended = done.then(() => true)
      for (let before = -1; before !== seen || !reading; ) {
        before = seen
        if (await Promise.race([ended, lull(quietMs)])) return
      }
      from.destroy()
    },
  }
}

/* What lies in a pipe when the program ends is there to be read at once; after so long there is no more. */
const quietMs = 100

function written(to: Writable, chunk: Buffer): Promise<void> {
  return new Promise(resolve => {
    to.once('close', resolve)
    to.write(chunk, () => {
      to.off('close', resolve)
      resolve()
    })
  })
}
