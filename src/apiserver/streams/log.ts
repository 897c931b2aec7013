import type {Pod} from '../../objects/pod.ts'
import type {Answer} from '../call.ts'
import {ContainerMissing, type Containers} from '../containers.ts'
import {ApiError} from '../status.ts'
import {containerOf, logOptions} from './options.ts'

export type LogCall = {
  readonly pod: Pod
  readonly query: URLSearchParams
  readonly containers: Containers
  /** Milliseconds since 1970. */
  readonly now: number
  readonly signal: AbortSignal
}

/** `pods/NAME/log`: what a container has printed, as text; a pod that has no node yet has printed nothing. */
export async function answerLog({pod, query, containers, now, signal}: LogCall): Promise<Answer> {
  const {namespace = 'default', name} = pod.metadata
  const container = containerOf(pod, query)
  const options = logOptions(query, name, now)
  const headers = {'content-type': 'text/plain; charset=utf-8'}
  if (!pod.spec.nodeName) return {status: 200, headers, body: ''}
  try {
    return {status: 200, headers, body: await containers.log({namespace, name, container}, options, signal)}
  } catch (error) {
    if (error instanceof ContainerMissing) throw new ApiError('BadRequest', error.message)
    throw error
  }
}
