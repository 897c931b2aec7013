import type {Happening, Subject} from '../objects/recorded-event.ts'

/** A node as its own components name it in events: its uid there is its name. */
export function asSubject(name: string): Subject {
  return {apiVersion: 'v1', kind: 'Node', metadata: {name, uid: name}}
}

/** What a node's components say when they begin. */
export function beginnings(node: string): readonly Omit<Happening, 'host'>[] {
  const kubelet = (reason: string, message?: string) => fromKubelet(node, reason, message)
  return [
    kubelet('Starting', 'Starting kubelet.'),
    kubelet('NodeHasSufficientMemory'),
    kubelet('NodeHasNoDiskPressure'),
    kubelet('NodeHasSufficientPID'),
    kubelet('NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods'),
    {type: 'Normal', reason: 'Starting', message: '', component: 'kube-proxy'},
    nodeReady(node),
  ]
}

/** What a node says that can run pods, or can again. */
export function nodeReady(node: string): Omit<Happening, 'host'> {
  return fromKubelet(node, 'NodeReady')
}

/** What a node says of `kubectl cordon` and `uncordon`. */
export function nodeCordoned(node: string, is: boolean): Omit<Happening, 'host'> {
  return fromKubelet(node, is ? 'NodeNotSchedulable' : 'NodeSchedulable')
}

function fromKubelet(node: string, reason: string, message = `Node ${node} status is now: ${reason}`) {
  return {type: 'Normal', reason, message, component: 'kubelet'} as const
}
