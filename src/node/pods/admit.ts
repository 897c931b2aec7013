import {hostPortsOf, portsClash} from '../../objects/host-ports.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished} from '../../objects/pod-status.ts'
import type {PodTable} from './pod-table.ts'
import {tellOfPod} from './story.ts'

/** Which of the wanted pods can start beside those that are there, and which cannot: their ports of the node are taken. */
export function admitPods(
  present: readonly Pod[],
  wanted: readonly Pod[],
): {readonly admitted: readonly Pod[]; readonly rejected: readonly Pod[]} {
  const admitted: Pod[] = []
  const rejected: Pod[] = []
  const there = present.filter(pod => hostPortsOf(pod.spec).length > 0 && !isFinished(pod))
  for (const pod of wanted) {
    const clashes = [...there, ...admitted].some(other => portsClash(other.spec, pod.spec))
    if (hostPortsOf(pod.spec).length > 0 && clashes) rejected.push(pod)
    else admitted.push(pod)
  }
  return {admitted, rejected}
}

/**
 * Fails a pod that the scheduler would not have sent here. It takes a second, as about on a real node: who replaces such pods at
 * once, as a ReplicaSet does, would make more of them than anybody can read.
 */
export async function rejectPod(table: PodTable, pod: Pod): Promise<void> {
  const {context} = table
  await context.after(rejectionMs, context.signal)
  const why = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
  const message = `Pod was rejected: ${why}`
  context.log.warn({pod: pod.metadata.name}, message)
  tellOfPod(table, pod, {type: 'Warning', reason: 'NodePorts', message: why})
  await context.client.updateStatus(pod, {...pod.status, phase: 'Failed', reason: 'NodePorts', message})
}

const rejectionMs = 1000
