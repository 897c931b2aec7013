import {isFinished} from '../../objects/pod-status.ts'
import {bornAgain, type PodLife} from './pod-life.ts'
import {isKept, type PodTable, report, runningContainers} from './pod-table.ts'
import {makeSandboxes} from './sandbox.ts'
import {startPod} from './start.ts'
import {stopContainer} from './stop.ts'
import {failedSandbox, sandboxChanged, tellOfPod} from './story.ts'

/**
 * What a kubelet does when a pod's pause process has died: its containers end, too, since the namespaces that they share have lost
 * their owner; then the pod gets new namespaces, and a new address with them, and everything in it begins anew.
 */
export async function remakePod(table: PodTable, uid: string): Promise<void> {
  const {lives, context} = table
  const life = lives.get(uid)
  if (!life?.sandbox || life.sandbox.lost || !isKept(table, uid) || isFinished(life.pod)) return
  context.log.warn({pod: life.pod.metadata.name}, 'the owner of the namespaces has ended, the pod is made anew')
  tellOfPod(table, life.pod, sandboxChanged)
  lives.set(uid, {...life, sandbox: {...life.sandbox, lost: true}})
  const graceMs = (life.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
  const names = runningContainers(life)
  await Promise.all(names.map(name => stopContainer(table, {uid, name}, {graceMs, cut: context.signal})))
  await clear(table, life)
  if (!change(table, uid, bornAgain)) return
  await report(table, uid)
  while (isKept(table, uid) && !context.signal.aborted) {
    if (await madeAnew(table, uid)) return
    await context.after(retryAfterMs, context.signal)
  }
}

const retryAfterMs = 5000

/** Gives a pod namespaces, and starts it; false when it has to be tried again. One that was deleted meanwhile is left with nothing that nobody would take away. */
export async function madeAnew(table: PodTable, uid: string): Promise<boolean> {
  const life = table.lives.get(uid)
  if (!life) return true
  const [outcome] = await makeSandboxes(table, [life])
  if (!outcome || 'error' in outcome) {
    table.context.log.warn({pod: life.pod.metadata.name, err: outcome?.error}, 'pod not made anew')
    if (outcome) tellOfPod(table, life.pod, failedSandbox(outcome.error))
    return false
  }
  const present = table.lives.get(uid)
  if (present && isKept(table, uid)) await startPod(table, {life: present, sandbox: outcome.sandbox})
  else await clear(table, life)
  return true
}

function change(table: PodTable, uid: string, by: (life: PodLife) => PodLife): boolean {
  const life = table.lives.get(uid)
  if (life) table.lives.set(uid, by(life))
  return life !== undefined && isKept(table, uid)
}

async function clear({context: {network, runtime}}: PodTable, {netns}: PodLife): Promise<void> {
  try {
    await network.detach([netns])
  } finally {
    await runtime.release(netns)
  }
}
