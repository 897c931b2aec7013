import type {LabHandle} from '../cluster/lab-handle.ts'
import type {Verdict} from './check.ts'
import type {During} from './time.ts'

/** One try of a check; `remaining` milliseconds are left until the deadline, and no program may run longer. */
export type Attempt = (remaining: number) => Promise<Verdict>

/** `expected` is what the verdict says when the attempt could not even be made. */
type Bounds = During & {readonly lab: LabHandle; readonly within: number; readonly expected: string}

/**
 * Tries until the attempt passes or the deadline is over, with pauses that grow from a tenth of a second to one second:
 * whether a packet arrives is told by no event, so that it can only be tried again.
 */
export async function tryUntil(attempt: Attempt, bounds: Bounds): Promise<Verdict> {
  const {time, signal, within} = bounds
  const deadline = time.now() + within
  for (let attempts = 1, pause = 100; ; attempts++, pause = Math.min(pause * 1.5, 1000)) {
    signal.throwIfAborted()
    const verdict = await tryOnce(attempt, deadline - time.now(), bounds)
    const remaining = deadline - time.now()
    if (verdict.pass || remaining <= 0) return {...verdict, attempts}
    await time.pause(Math.min(pause, remaining), signal)
  }
}

/** Tries again whenever the cluster's objects changed, until the attempt passes or the deadline is over. */
export async function watchUntil(attempt: Attempt, bounds: Bounds): Promise<Verdict> {
  const {lab, time, signal, within} = bounds
  const deadline = time.now() + within
  let revision = await lab.changed(-1, signal)
  for (let attempts = 1; ; attempts++) {
    signal.throwIfAborted()
    const verdict = await tryOnce(attempt, deadline - time.now(), bounds)
    if (verdict.pass) return {...verdict, attempts}
    const next = await changedWithin(lab, {revision, remaining: deadline - time.now(), ...bounds})
    if (next === undefined) return {...verdict, attempts}
    revision = next
  }
}

/** The next revision, or undefined when the time was over before one came. */
async function changedWithin(
  lab: LabHandle,
  {revision, remaining, time, signal}: During & {readonly revision: number; readonly remaining: number},
): Promise<number | undefined> {
  if (remaining <= 0) return undefined
  const waiting = new AbortController()
  const either = AbortSignal.any([signal, waiting.signal])
  const loser = (error: unknown) => {
    if (!waiting.signal.aborted) throw error
    return undefined
  }
  const changed = lab.changed(revision, either).catch(loser)
  const over = time.pause(remaining, either).then(() => undefined, loser)
  try {
    return await Promise.race([changed, over])
  } finally {
    waiting.abort()
    await Promise.all([changed, over])
  }
}

/**
 * An attempt whose tools fail is a failed attempt, not the end: a pod may not be there yet. Such errors carry a code;
 * any other is a bug and goes up.
 */
async function tryOnce(attempt: Attempt, remaining: number, {lab, signal, expected}: Bounds): Promise<Verdict> {
  try {
    return await attempt(Math.max(remaining, 0))
  } catch (error) {
    if (signal.aborted || !(error instanceof Error && 'code' in error)) throw error
    return {pass: false, expected, seen: error.message, command: `${lab.program} get pods`}
  }
}
