import type {NetworkPolicy, PolicyPeer, PolicyPort} from '../../objects/network-policy.ts'
import type {Direction} from './names.ts'

/** A rule of a policy, whichever its direction. */
export type Rule = {
  readonly namespace: string
  readonly ports: readonly PolicyPort[]
  readonly peers: readonly PolicyPeer[]
}

/** Whether a policy isolates in that direction. The API server fills in policyTypes; what comes by another way may lack them. */
export function speaksOf({spec}: NetworkPolicy, direction: Direction): boolean {
  const types = spec.policyTypes ?? []
  if (types.length > 0) return types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
  return direction === 'ingress' || (spec.egress ?? []).length > 0
}

/** What it lets through in that direction. */
export function rulesOf({metadata, spec}: NetworkPolicy, direction: Direction): readonly Rule[] {
  const {namespace} = named(metadata)
  const rules =
    direction === 'ingress'
      ? (spec.ingress ?? []).map(({ports, from}) => ({ports, peers: from}))
      : (spec.egress ?? []).map(({ports, to}) => ({ports, peers: to}))
  return rules.map(({ports = [], peers = []}) => ({namespace, ports, peers}))
}

export function named({namespace = 'default', name}: NetworkPolicy['metadata']) {
  return {namespace, name}
}
