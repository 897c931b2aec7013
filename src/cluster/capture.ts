import {type ChildProcess, spawn} from 'node:child_process'
import type {Readable, Writable} from 'node:stream'
import {text} from 'node:stream/consumers'
import {fileURLToPath} from 'node:url'
import {captureEnds} from '../kernel/capture/ends.ts'
import {systemPath} from '../kernel/system-path.ts'
import type {PacketBlock} from '../net/packet-file.ts'
import {packetReader} from '../net/packet-file-reader.ts'

/**
 * Packets are captured by a process of their own, which nsenter turns into one inside the target's network namespace (and, without
 * root, the lab's user namespace): the command line program has threads and may not go there itself. Not the daemon, for a
 * flood of packets would slow the lab down that one looks at, and a daemon that hangs is just when one wants to look. It stays
 * in this side's pid namespace, so nothing of the lab waits for it, and ends when its standard input does.
 */
export type Capture = {
  /** What comes, as it comes: at most as fast as it is taken. Ends when the capture does. */
  readonly blocks: AsyncIterable<readonly PacketBlock[]>
  /** Asks it to end; the last packets and the counts still come. */
  stop(): void
  /** Ends it at once. */
  kill(): void
  /** How it ended; throws CaptureError when it could not capture. */
  readonly end: Promise<CaptureEnd>
}

/** `stopped`: asked to; `owner-gone`: the pod, node or lab has ended; `link-gone`: the interface has. `notes` are for the user. */
export type CaptureEnd = {readonly end: 'stopped' | 'owner-gone' | 'link-gone'; readonly notes: string}

/** A capture that could not begin or go on; the message says why. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError'
}

/** What to capture: in the network namespace that a process owns, on one interface or on all. */
export type CaptureOrder = {
  readonly owner: number
  readonly rootless: boolean
  readonly link?: string
  /** The descriptor that the packets go to in the end: when it is a pipe that nobody reads any more, the capture stops. */
  readonly reader?: number
}

export function startCapture({owner, rootless, link, reader}: CaptureOrder): Capture {
  const user = rootless ? ['--user', '--preserve-credentials'] : []
  const words = [`--target=${owner}`, ...user, '--net', '--', process.execPath, '--no-warnings', program, `${owner}`]
  const child = spawn('nsenter', [...words, ...(link === undefined ? [] : [link])], {
    stdio: ['pipe', 'pipe', 'pipe', reader ?? 'ignore'],
    cwd: '/',
    detached: true, // a Ctrl-C is this process's; the other is told when to end
    env: {PATH: systemPath, LC_ALL: 'C', ...compileCache()},
  })
  const [input, output, said] = child.stdio as unknown as [Writable, Readable, Readable]
  input.on('error', () => undefined) // it has ended by itself
  const end = endOf(child, text(said))
  end.catch(() => undefined) // whoever awaits it hears of it
  return {
    blocks: blocksOf(output),
    stop: () => input.end(),
    kill: () => void child.kill('SIGKILL'),
    end,
  }
}

const program = fileURLToPath(new URL(`../kernel/capture/program${import.meta.url.slice(-3)}`, import.meta.url))

function compileCache(): Readonly<Record<string, string>> {
  const {NODE_COMPILE_CACHE: folder} = process.env
  return folder === undefined ? {} : {NODE_COMPILE_CACHE: folder}
}

async function* blocksOf(output: Readable): AsyncGenerator<readonly PacketBlock[]> {
  const reader = packetReader()
  for await (const piece of output) {
    const blocks = reader.read(piece)
    if (blocks.length > 0) yield blocks
  }
}

async function endOf(child: ChildProcess, said: Promise<string>): Promise<CaptureEnd> {
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...result) => resolve(result))
  })
  const notes = (await said).trim()
  switch (code) {
    case captureEnds.stopped:
      return {end: 'stopped', notes}
    case captureEnds.ownerGone:
      return {end: 'owner-gone', notes}
    case captureEnds.linkGone:
      return {end: 'link-gone', notes}
    default:
      throw new CaptureError(notes || `the capturing process ended with ${signal ?? `code ${code}`}`)
  }
}
