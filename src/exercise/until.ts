import type {LabHandle} from '../cluster/lab-handle.ts'
import type {Verdict} from './check.ts'
import type {Limits} from './command.ts'
import {printDuration} from './report/words.ts'
import type {During} from './time.ts'

/** One try of a check. It is given up when its time is over, and its signal then ends what it has started. */
export type Attempt = (limits: Limits) => Promise<Verdict>

/** `expected` and `command` are what the verdict says when an attempt came to no result. */
type Bounds = During & {
  readonly lab: Pick<LabHandle, 'changed'>
  readonly within: number
  readonly expected: string
  readonly command: () => string
}

/**
 * Tries until the attempt passes or the deadline is over, with pauses that grow from a tenth of a second to one second:
 * whether a packet arrives is told by no event, so that it can only be tried again.
 */
export async function tryUntil(attempt: Attempt, bounds: Bounds): Promise<Verdict> {
  const {time, signal, within} = bounds
  const deadline = time.now() + within
  let last: Verdict | undefined
  for (let attempts = 1, pause = 100; ; attempts++, pause = Math.min(pause * 1.5, 1000)) {
    signal.throwIfAborted()
    const verdict = await tryOnce(attempt, {...bounds, remaining: deadline - time.now(), last})
    const remaining = deadline - time.now()
    if (verdict.pass || remaining <= 0) return {...verdict, attempts}
    last = verdict
    await time.pause(Math.min(pause, remaining), signal)
  }
}

/** Tries again whenever the cluster's objects changed, until the attempt passes or the deadline is over. */
export async function watchUntil(attempt: Attempt, bounds: Bounds): Promise<Verdict> {
  const {lab, time, signal, within} = bounds
  const deadline = time.now() + within
  let last: Verdict | undefined
  let revision = await lab.changed(-1, signal)
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted()
    const verdict = await tryOnce(attempt, {...bounds, remaining: deadline - time.now(), last})
    if (verdict.pass) return {...verdict, attempts}
    last = verdict
    const next = await endedWithin(inner => lab.changed(revision, inner), {...bounds, limit: deadline - time.now()})
    if (next === undefined) return {...verdict, attempts}
    revision = next
  }
}

/** Every attempt has at least so long, in ms: so late may a check end. */
const shortest = 500
/** No program runs longer than that, in ms, unless there is more patience. */
const longest = 3000

/**
 * An attempt whose tools fail is a failed attempt, not the end: a pod may not be there yet. Such errors carry a code;
 * any other is a bug and goes up. One that does not end in time counts for nothing: then the one before it tells.
 */
async function tryOnce(
  attempt: Attempt,
  bounds: Bounds & {readonly remaining: number; readonly last: Verdict | undefined},
): Promise<Verdict> {
  const {signal, time, expected, within, last, command, patience = 1} = bounds
  const limit = Math.max(bounds.remaining, shortest * patience)
  try {
    const verdict = await endedWithin(
      inner => attempt({time, signal: inner, timeoutMs: Math.min(limit, longest * patience)}),
      {
        ...bounds,
        limit,
      },
    )
    return (
      verdict ?? last ?? {pass: false, expected, seen: `no result within ${printDuration(within)}`, command: command()}
    )
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'code' in error)) throw error
    return {pass: false, expected, seen: error.message, command: command()}
  }
}

/** What `act` gives; undefined when it takes longer than `limit` milliseconds, and then its signal aborts. */
async function endedWithin<T>(
  act: (signal: AbortSignal) => Promise<T>,
  {limit, time, signal}: During & {readonly limit: number},
): Promise<T | undefined> {
  if (limit <= 0) return undefined
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const loser = (error: unknown) => {
    signal.throwIfAborted()
    if (!over.signal.aborted) throw error
    return undefined
  }
  const acted = act(either).catch(loser)
  const expired = time.pause(limit, either).then(() => undefined, loser)
  try {
    return await Promise.race([acted, expired])
  } finally {
    over.abort()
    await expired
    acted.catch(() => undefined) // it was given up; what it started ends with its signal
  }
}
