import {fileURLToPath} from 'node:url'
import type {Call, DialOptions, DialOrder, Outcome} from './dial.ts'
import type {LabHandle, Target} from './lab-handle.ts'

/** The calls could not be made; the message is that of the program which should have made them. */
export class DialError extends Error {
  override readonly name = 'DialError'
  readonly code = 'EDIAL'
}

/** Starts the dialler in a target's network and gives it the calls: one process a target, however many calls there are. */
export async function dialFrom(
  exec: LabHandle['exec'],
  {target, calls, signal, timeoutMs, atOnce = 64, lingerMs = 0}: DialOptions & {target: Target; calls: readonly Call[]},
): Promise<readonly Outcome[]> {
  if (calls.length === 0) return []
  const order: DialOrder = {calls, timeoutMs, atOnce, lingerMs}
  const longest = (timeoutMs + lingerMs + 1000) * Math.ceil(calls.length / atOnce) + startMs
  const {code, stdout, stderr} = await exec(target, dialler, {
    only: 'network',
    stdin: JSON.stringify(order),
    timeoutMs: longest,
    signal,
  })
  if (code === 0) return JSON.parse(stdout) as readonly Outcome[]
  throw new DialError(`no calls could be made from ${target}: ${stderr.trim() || `code ${code}`}`)
}

/* How long Node may take to start, in ms, on a machine with much else to do. */
const startMs = 5000

const dialler: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL(`./dialler${import.meta.url.slice(-3)}`, import.meta.url)),
]
