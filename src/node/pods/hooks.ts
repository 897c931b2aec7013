import type {Action} from '../../objects/action.ts'
import {hookFailure, questionOf} from './action.ts'
import {type ContainerPlace, containerAt, idOf, type PodTable} from './pod-table.ts'

/**
 * Does what a hook says; answers why it failed, or undefined when it did not. It ends with the container's process, when `until` is
 * aborted, and when it takes longer than its time.
 */
export async function runHook(
  table: PodTable,
  at: ContainerPlace,
  {hook, timeoutMs, until}: {readonly hook: Action; readonly timeoutMs: number; readonly until: AbortSignal},
): Promise<string | undefined> {
  const {context, lives, processes} = table
  const {runtime, after, pid: nodePid} = context
  const {pod, sandbox} = lives.get(at.uid) ?? {}
  const container = pod?.spec.containers.find(({name}) => name === at.name)
  const process = containerAt(table, at)?.process
  const running = processes.get(idOf(at))
  if (!sandbox || !container || !process || !running) return 'the container is gone'
  const signal = AbortSignal.any([until, context.signal, running.signal])
  if (hook.sleep) {
    await after(Math.min(hook.sleep.seconds * 1000, timeoutMs), signal)
    return undefined
  }
  const question = questionOf(hook, {container, process, sandbox, nodePid}, timeoutMs)
  if ('error' in question) return question.error
  return runtime.ask(question, signal).then(
    answer => hookFailure(hook, answer),
    (error: Error) => (signal.aborted ? 'it was cut short' : error.message),
  )
}
