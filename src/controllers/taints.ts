import type {Node, Taint, TaintEffect} from '../objects/node.ts'
import type {PodSpec} from '../objects/pod.ts'
import type {Toleration} from '../objects/toleration.ts'

/** The taints of a node that says, or whose silence says, that it is not ready. */
export function statusTaints({status}: Node): readonly Taint[] {
  const ready = status?.conditions?.find(condition => condition.type === 'Ready')?.status ?? 'True'
  if (ready === 'True') return []
  return [{key: `node.kubernetes.io/${ready === 'False' ? 'not-ready' : 'unreachable'}`, effect: 'NoSchedule'}]
}

/** A taint of a node, one of some effects, that a pod does not put up with. */
export function untolerated({tolerations}: PodSpec, node: Node, effects: readonly TaintEffect[]): Taint | undefined {
  return [...statusTaints(node), ...(node.spec.taints ?? [])].find(
    taint => effects.includes(taint.effect) && !tolerates(tolerations, taint),
  )
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerationsOf(tolerations, taint).length > 0
}

/** The tolerations by which a pod puts up with a taint. */
export function tolerationsOf(tolerations: readonly Toleration[] = [], taint: Taint): readonly Toleration[] {
  return tolerations.filter(
    ({key, operator = 'Equal', value = '', effect}) =>
      (!effect || effect === taint.effect) &&
      (!key ? operator === 'Exists' : key === taint.key) &&
      (operator === 'Exists' || value === (taint.value ?? '')),
  )
}
