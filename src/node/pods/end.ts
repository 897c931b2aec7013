import {containerId} from './container-spec.ts'
import {isRunning, type PodTable} from './pod-table.ts'

/** Ends a pod: SIGTERM, its grace, SIGKILL; then its network and namespaces go, and the API is told. */
export async function endPod(table: PodTable, uid: string, graceMs: number): Promise<void> {
  const {lives, ends, context} = table
  const early = new AbortController()
  ends.set(uid, early)
  if (graceMs > 0 && isRunning(lives.get(uid))) {
    await signalContainers(table, uid, 'SIGTERM')
    if (isRunning(lives.get(uid))) await context.after(graceMs, AbortSignal.any([early.signal, context.signal]))
  }
  await signalContainers(table, uid, 'SIGKILL')
  const life = lives.get(uid)
  lives.delete(uid)
  ends.delete(uid)
  if (!life) return
  await context.network.detach([life.netns])
  await context.runtime.release(life.netns)
  await context.client.confirmDeletion(life.pod)
  context.log.info({pod: life.pod.metadata.name}, 'pod ended')
}

async function signalContainers({lives, context}: PodTable, uid: string, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const life = lives.get(uid)
  if (!life) return
  const running = Object.entries(life.containers).filter(([, {pid}]) => pid !== undefined)
  await Promise.all(running.map(([name]) => context.runtime.end(containerId(life.pod, name), how)))
}
