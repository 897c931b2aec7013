import type {Probe, ProbeKind} from '../../objects/probe.ts'

/*
 * What a kubelet makes of a probe's answers. It asks once in a period, on a grid of times that does not drift with the length of the
 * answers. One answer says little: only as many in a row as the threshold asks for change what it holds of the container.
 */

/** What became of asking once. An `error` is the question's own fault (no such port or program) and tells nothing of the container. */
export type ProbeResult = 'success' | 'failure' | 'error'

/** A probe of one container's present life. Times are in ms. */
export type ProbeState = {
  readonly kind: ProbeKind
  /** Whether the kubelet holds the container for good, in this probe's sense; undefined until a startup probe has succeeded. */
  readonly good: boolean | undefined
  /** When to ask next; undefined when there is nothing more to ask in this life. */
  readonly next: number | undefined
  readonly last?: ProbeResult
  /** How often the last answer has come in a row. */
  readonly run: number
}

/** What follows from an answer: nothing, the container counts as started, as ready or no more so, or it has to be started anew. */
export type ProbeVerdict = 'none' | 'started' | 'ready' | 'unready' | 'restart'

/** The probe of a container that started at `startedAt`; the first question is asked after its delay, at `now` at the earliest. */
export function beginProbe(
  kind: ProbeKind,
  {initialDelaySeconds = 0}: Probe,
  {startedAt, now}: {readonly startedAt: number; readonly now: number},
): ProbeState {
  const good = {startup: undefined, readiness: false, liveness: true}[kind]
  return {kind, good, next: Math.max(startedAt + initialDelaySeconds * 1000, now), run: 0}
}

/** The probe after an answer that came at `now`, and what follows from it. */
export function judge(
  state: ProbeState,
  probe: Probe,
  {result, now}: {readonly result: ProbeResult; readonly now: number},
): {readonly state: ProbeState; readonly verdict: ProbeVerdict} {
  const next = nextTick(state.next ?? now, (probe.periodSeconds ?? 10) * 1000, now)
  if (result === 'error') return {state: {...state, next}, verdict: 'none'}
  const run = state.last === result ? state.run + 1 : 1
  const counted: ProbeState = {...state, last: result, run, next}
  const threshold = result === 'success' ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3)
  const good = result === 'success'
  if (run < threshold || good === state.good) return {state: counted, verdict: 'none'}
  const verdict = verdictOf(state.kind, good)
  const over = verdict === 'started' || verdict === 'restart'
  return {state: {...counted, good, next: over ? undefined : next}, verdict}
}

function verdictOf(kind: ProbeKind, good: boolean): ProbeVerdict {
  switch (kind) {
    case 'startup':
      return good ? 'started' : 'restart'
    case 'liveness':
      return good ? 'none' : 'restart'
    case 'readiness':
      return good ? 'ready' : 'unready'
  }
}

/* The next time on the grid. When answering took longer than a period, the question that is due is asked at once, those before it never. */
function nextTick(tick: number, period: number, now: number): number {
  return tick + Math.max(1, Math.floor((now - tick) / period)) * period
}
