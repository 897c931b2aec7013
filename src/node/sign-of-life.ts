import type {Condition} from '../objects/condition.ts'
import type {Lease} from '../objects/lease.ts'
import type {Node} from '../objects/node.ts'

/*
 * How a cluster knows that a node is alive. A kubelet that cannot be heard cannot say that it is gone either, so it says again and again
 * that it is there: every ten seconds it renews its Lease in the namespace `kube-node-lease`, a small object, and only every five minutes
 * does it report its status, a large one. When the Lease gets old, the node's controller draws its conclusions.
 */

/** Where the nodes' Leases are. */
const leaseNamespace = 'kube-node-lease'

/** How long a renewal is good for, in seconds. */
const leaseDurationSeconds = 40

/** The Lease of a node as it makes it; the node's end is the Lease's too. `time` in microseconds. */
export function leaseOf({metadata: {name, uid}}: Node, time: string): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: leaseNamespace,
      ...(uid !== undefined && {ownerReferences: [{apiVersion: 'v1', kind: 'Node', name, uid}]}),
    },
    spec: {holderIdentity: name, leaseDurationSeconds, renewTime: time},
  }
}

/** What a kubelet in good health says of its node. `now` as a Kubernetes timestamp. */
export function healthyConditions(now: string, before: readonly Condition[] = []): readonly Condition[] {
  return healthy.map(condition => {
    const known = before.find(({type}) => type === condition.type)
    const since = known?.status === condition.status ? (known.lastTransitionTime ?? now) : now
    return {...condition, lastHeartbeatTime: now, lastTransitionTime: since}
  })
}

const healthy: readonly Condition[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure'},
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  {type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status'},
]

/** What flannel says of a node whose overlay it has set up. */
export function networkCondition(now: string): Condition {
  return {
    type: 'NetworkUnavailable',
    status: 'False',
    reason: 'FlannelIsUp',
    message: 'Flannel is running on this node',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  }
}

/** The node with some of its conditions said anew. */
export function withConditions(node: Node, said: readonly Condition[]): Node {
  const before = node.status?.conditions ?? []
  const known = before.map(condition => said.find(({type}) => type === condition.type) ?? condition)
  const fresh = said.filter(({type}) => !before.some(condition => condition.type === type))
  return {...node, status: {...node.status, conditions: [...known, ...fresh]}}
}

export function isNodeReady({status}: Node): boolean {
  return status?.conditions?.some(({type, status: holds}) => type === 'Ready' && holds === 'True') ?? false
}
