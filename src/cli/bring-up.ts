import {ask} from '../cluster/control.ts'
import {type LabToStart, type StartedLab, startLab} from '../cluster/start-lab.ts'
import type {Lab} from '../lab/lab.ts'
import type {Setting} from '../lab/parameters.ts'
import {wantedPods} from '../lab/wanted-pods.ts'
import {daemonProgram} from './daemon-program.ts'
import {readLab} from './find-lab.ts'

/** How long pods may take to become ready, in ms: more, the more there are. */
function readyWithin({manifests, nodes}: Lab): number {
  const pods = manifests.reduce((sum, object) => sum + (wantedPods(object, nodes.length)?.count ?? 0), 0)
  return 30_000 + 100 * pods
}

const namedAtMost = 20

/** A lab that has just been brought up, and what of it is not ready. */
export type BroughtUp = {
  readonly lab: Lab
  readonly started: StartedLab
  /** How long its pods had to become ready, in ms. */
  readonly withinMs: number
  readonly waitingFor: readonly string[]
  /** What people should know of it. */
  readonly notes: readonly string[]
}

export type UpOptions = {
  readonly settings: readonly Setting[]
  /** How many times the usual time pods are given. */
  readonly patience: number
  readonly signal: AbortSignal
  readonly insecure?: boolean
  /** Whether it can be resumed after a crash. */
  readonly keep?: boolean
}

/** Reads a lab, starts it and waits until its pods are ready. When that fails or is interrupted, nothing is left of it. */
export async function bringUp(word: unknown, {settings, ...options}: UpOptions): Promise<BroughtUp> {
  return start(await readLab(word, settings), options)
}

/** Starts a lab and waits until its pods are ready; likewise. */
export async function start(
  wanted: LabToStart,
  {patience, signal, insecure = false, keep = false}: Omit<UpOptions, 'settings'>,
): Promise<BroughtUp> {
  const {lab} = wanted
  const started = await startLab(wanted, {daemon: daemonProgram, signal, insecure, keep})
  try {
    const withinMs = readyWithin(lab) * patience
    const {waitingFor, notes} = await ask(started.session.socket, 'settled', {withinMs}, signal)
    return {lab, started, withinMs, waitingFor, notes}
  } catch (error) {
    await started.stop()
    throw error
  }
}

/** What is not ready, for people. */
export function notReady({lab, withinMs, waitingFor}: BroughtUp): string {
  const named = waitingFor.slice(0, namedAtMost).map(text => `  ${text}\n`)
  const more = waitingFor.length - named.length
  const rest = more > 0 ? `  and ${more} more\n` : ''
  return `${lab.name} is up, but after ${withinMs / 1000} s not ready:\n${named.join('')}${rest}`
}
