import {ageOf} from './age.ts'
import type {Protocol} from './container.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import {networkPolicyDefaults, networkPolicyFields, networkPolicyMistakes} from './network-policy-rules.ts'
import {printSelector, selectorOf} from './selector.ts'

/** Who may speak to some pods, and to whom they may speak. A pod that no policy selects may do everything. */
export type NetworkPolicy = KubeObject & {
  readonly apiVersion: 'networking.k8s.io/v1'
  readonly kind: 'NetworkPolicy'
  readonly spec: NetworkPolicySpec
}

export type NetworkPolicySpec = {
  /** Of its own namespace; an empty one selects all pods there. */
  readonly podSelector: LabelSelector
  /** Any of the rules lets traffic in; without rules, nothing comes in. */
  readonly ingress?: readonly {readonly ports?: readonly PolicyPort[]; readonly from?: readonly PolicyPeer[]}[]
  readonly egress?: readonly {readonly ports?: readonly PolicyPort[]; readonly to?: readonly PolicyPeer[]}[]
  /** Which directions the policy speaks of. */
  readonly policyTypes?: readonly PolicyType[]
}

export type PolicyType = 'Ingress' | 'Egress'

/** A port, or those from it to `endPort`, or all of a protocol. */
export type PolicyPort = {
  readonly protocol?: Protocol
  /** A number, or the name of a container's port. */
  readonly port?: number | string
  readonly endPort?: number
}

/** Pods, of the policy's own namespace unless namespaces are selected, or a range of addresses. */
export type PolicyPeer = {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly ipBlock?: {readonly cidr: string; readonly except?: readonly string[]}
}

export const networkPolicyKind: Kind<NetworkPolicy> = {
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  namespaced: true,
  apiVersions: ['networking.k8s.io/v1', 'extensions/v1beta1'],
  countsGenerations: true,
  name: dnsSubdomain,
  fields: networkPolicyFields,
  required: ['spec'],
  defaults: networkPolicyDefaults,
  validate: networkPolicyMistakes,
  initial: policy => policy,
  inherit: policy => policy,
  validateUpdate: () => [],
  columns: [
    {name: 'Name', value: policy => policy.metadata.name},
    {name: 'Pod-Selector', value: ({spec}) => printSelector(selectorOf(spec.podSelector)) || '<none>'},
    {name: 'Age', value: ageOf},
    {name: 'Enforced-By', wide: true, value: () => 'nftables table network-policy'},
  ],
}
