import type {PodLife} from './pod-life.ts'
import {idOf, type PodTable, runningContainers, uidOf} from './pod-table.ts'
import {stopContainer} from './stop.ts'

/**
 * Ends a pod: all its containers at the same time, each with the pod's grace; then its network and namespaces go, and the API is told. The pod stays in the table to
 * the last, so that nobody takes it for a new one.
 */
export async function endPod(table: PodTable, uid: string, graceMs: number): Promise<void> {
  const {lives, ends} = table
  const cut = new AbortController()
  ends.set(uid, {graceMs, cut})
  try {
    const names = runningContainers(lives.get(uid))
    await Promise.all(names.map(name => stopContainer(table, {uid, name}, {graceMs, cut: cut.signal})))
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
async function clearAway({context, volumes}: PodTable, life: PodLife): Promise<void> {
  const {network, runtime, client, log} = context
  try {
    await network.detach([life.netns])
  } finally {
    try {
      await runtime.release(life.netns)
      const uid = uidOf(life.pod)
      await Promise.all(Object.keys(life.containers).map(name => runtime.remove(idOf({uid, name}))))
      await volumes.remove(life.pod)
    } finally {
      await client.confirmDeletion(life.pod)
      log.info({pod: life.pod.metadata.name}, 'pod ended')
    }
  }
}
