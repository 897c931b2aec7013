import {RuntimeError} from '../runtime/runtime.ts'
import {ContainerError} from './container-error.ts'
import {backOff, type ContainerLife, ended} from './pod-life.ts'

/** The container after it could not be started. One whose program is not there counts as one that crashed. */
export function notStarted(before: ContainerLife, error: unknown, now: string): ContainerLife {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RuntimeError && error.kind === 'StartError') {
    const life = ended(before, 128, now)
    const terminated = {exitCode: 128, reason: 'StartError', message, finishedAt: now}
    return {...life, state: {terminated}, lastState: terminated}
  }
  const reason = error instanceof ContainerError ? error.reason : reasonOf(error)
  const failedPulls = reason === 'ErrImagePull' ? {failedPulls: (before.failedPulls ?? 0) + 1} : {}
  return {...before, ...failedPulls, state: {waiting: {reason, message}}}
}

function reasonOf(error: unknown): ContainerError['reason'] {
  const isConfig = error instanceof RuntimeError && error.kind === 'SubPathError'
  return isConfig ? 'CreateContainerConfigError' : 'CreateContainerError'
}

/** What is done about it: after `ms`, at once or later, it is tried again, and `shown` is its state meanwhile. */
export function secondTry(life: ContainerLife, image: string): {readonly ms: number; readonly shown: ContainerLife} {
  const {reason, message} = life.state.waiting ?? {}
  if (reason !== 'ErrImagePull') return {ms: backOff(2), shown: life}
  const words = `Back-off pulling image "${image}": ErrImagePull: ${message}`
  const state = {waiting: {reason: 'ImagePullBackOff', message: words}}
  return {ms: backOff(1 + (life.failedPulls ?? 1)), shown: {...life, state}}
}
