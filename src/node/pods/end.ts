import {containerId} from './container-spec.ts'
import type {PodLife} from './pod-life.ts'
import {isRunning, type PodTable} from './pod-table.ts'

/**
 * Ends a pod: SIGTERM, its grace, SIGKILL; then its network and namespaces go, and the API is told. The pod stays in the table to
 * the last, so that nobody takes it for a new one.
 */
export async function endPod(table: PodTable, uid: string, graceMs: number): Promise<void> {
  const {lives, ends, context} = table
  const cut = new AbortController()
  ends.set(uid, {graceMs, cut})
  try {
    if (graceMs > 0 && isRunning(lives.get(uid))) {
      await signalContainers(table, uid, 'SIGTERM')
      if (isRunning(lives.get(uid))) await context.after(graceMs, AbortSignal.any([cut.signal, context.signal]))
    }
    await signalContainers(table, uid, 'SIGKILL')
    const life = lives.get(uid)
    if (life) await clearAway(table, life)
  } finally {
    lives.delete(uid)
    ends.delete(uid)
  }
}

/** Shortens the grace of a pod that is being ended; more than it has it never gets. */
export async function shortenGrace({ends, context}: PodTable, uid: string, graceMs: number): Promise<void> {
  const end = ends.get(uid)
  if (!end || end.graceMs <= graceMs) return
  ends.set(uid, {...end, graceMs})
  if (graceMs > 0) await context.after(graceMs, AbortSignal.any([end.cut.signal, context.signal]))
  end.cut.abort()
}

/* Each step is taken even when the one before it failed: what a step leaves behind, the next would leave behind, too. */
async function clearAway({context}: PodTable, life: PodLife): Promise<void> {
  const {network, runtime, client, log} = context
  try {
    await network.detach([life.netns])
  } finally {
    try {
      await runtime.release(life.netns)
      await Promise.all(life.pod.spec.containers.map(({name}) => runtime.remove(containerId(life.pod, name))))
    } finally {
      await client.confirmDeletion(life.pod)
      log.info({pod: life.pod.metadata.name}, 'pod ended')
    }
  }
}

async function signalContainers({lives, context}: PodTable, uid: string, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const life = lives.get(uid)
  if (!life) return
  const running = Object.entries(life.containers).filter(([, {pid}]) => pid !== undefined)
  await Promise.all(running.map(([name]) => context.runtime.end(containerId(life.pod, name), how)))
}
