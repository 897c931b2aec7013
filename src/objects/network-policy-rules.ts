import {addressOf, type Cidr, contains, parseAnyNetwork, prefixLength} from '../net/cidr.ts'
import {NetError} from '../net/net-error.ts'
import {portName} from './format.ts'
import {expressionMistakes, labelSelectorSchema} from './label-selector-rules.ts'
import {forbidden, invalid, type Mistake, type Path, required} from './mistake.ts'
import type {NetworkPolicy, NetworkPolicySpec, PolicyPeer, PolicyPort} from './network-policy.ts'
import {integer, list, oneOf, record, type Schema, string, text} from './schema.ts'

const portSchema = record({
  protocol: oneOf('TCP', 'UDP', 'SCTP'),
  port: {type: 'integerOrString', integer: integer(1, 65535), string: text(portName)},
  endPort: integer(1, 65535),
})

const peerSchema = record({
  podSelector: labelSelectorSchema,
  namespaceSelector: labelSelectorSchema,
  ipBlock: record({cidr: string, except: list(string)}, ['cidr']),
})

export const networkPolicyFields: Readonly<Record<string, Schema>> = {
  spec: record({
    podSelector: labelSelectorSchema,
    ingress: list(record({ports: list(portSchema), from: list(peerSchema)})),
    egress: list(record({ports: list(portSchema), to: list(peerSchema)})),
    policyTypes: list(oneOf('Ingress', 'Egress')),
  }),
}

/** A policy that does not say which directions it speaks of speaks of ingress, and of egress if it has rules for it. */
export function networkPolicyDefaults(policy: NetworkPolicy): NetworkPolicy {
  const {spec} = policy
  const withProtocols = <R extends {readonly ports?: readonly PolicyPort[]}>(rule: R): R =>
    rule.ports ? {...rule, ports: rule.ports.map(port => ({...port, protocol: port.protocol ?? 'TCP'}))} : rule
  const types = spec.policyTypes ?? []
  return {
    ...policy,
    spec: {
      ...spec,
      podSelector: spec.podSelector ?? {},
      ...(spec.ingress && {ingress: spec.ingress.map(withProtocols)}),
      ...(spec.egress && {egress: spec.egress.map(withProtocols)}),
      policyTypes: types.length > 0 ? types : spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'],
    },
  }
}

export function networkPolicyMistakes({spec}: NetworkPolicy): Mistake[] {
  const {podSelector, ingress = [], egress = [], policyTypes = []} = spec
  return [
    ...expressionMistakes(podSelector, ['spec', 'podSelector']),
    ...ingress.flatMap(({ports, from}, index) =>
      ruleMistakes({ports, peers: from, word: 'from'}, ['spec', 'ingress', index]),
    ),
    ...egress.flatMap(({ports, to}, index) => ruleMistakes({ports, peers: to, word: 'to'}, ['spec', 'egress', index])),
    ...typeMistakes(policyTypes),
  ]
}

function typeMistakes(types: NonNullable<NetworkPolicySpec['policyTypes']>): Mistake[] {
  return types.length > 2 ? [invalid(['spec', 'policyTypes'], types, 'may not specify more than two policyTypes')] : []
}

type Rule = {
  readonly ports: readonly PolicyPort[] | undefined
  readonly peers: readonly PolicyPeer[] | undefined
  readonly word: 'from' | 'to'
}

function ruleMistakes({ports = [], peers = [], word}: Rule, path: Path): Mistake[] {
  return [
    ...ports.flatMap((port, index) => portMistakes(port, [...path, 'ports', index])),
    ...peers.flatMap((peer, index) => peerMistakes(peer, [...path, word, index])),
  ]
}

function portMistakes({port, endPort}: PolicyPort, path: Path): Mistake[] {
  const place = [...path, 'endPort']
  if (endPort === undefined) return []
  if (port === undefined) return [invalid(place, endPort, 'may not be specified when `port` is not specified')]
  if (typeof port === 'string') return [invalid(place, endPort, 'may not be specified when `port` is non-numeric')]
  return endPort < port ? [invalid(place, port, 'must be greater than or equal to `port`')] : []
}

function peerMistakes(peer: PolicyPeer, path: Path): Mistake[] {
  const count = Object.keys(peer).length
  if (count === 0) return [required(path, 'must specify a peer')]
  const {podSelector = {}, namespaceSelector = {}} = peer
  return [
    ...expressionMistakes(podSelector, [...path, 'podSelector']),
    ...expressionMistakes(namespaceSelector, [...path, 'namespaceSelector']),
    ...(peer.ipBlock ? blockMistakes(peer.ipBlock, [...path, 'ipBlock']) : []),
    ...(count > 1 && peer.ipBlock ? [forbidden(path, 'may not specify both ipBlock and another peer')] : []),
  ]
}

function blockMistakes({cidr, except = []}: NonNullable<PolicyPeer['ipBlock']>, path: Path): Mistake[] {
  const place = [...path, 'cidr']
  if (cidr === '') return [required(place)]
  const why = network(cidr)
  if (why !== undefined) return [invalid(place, cidr, why)]
  return except.flatMap((part, index) => {
    const wrong = network(part) ?? (isPart(parseAnyNetwork(part), parseAnyNetwork(cidr)) ? undefined : notPart)
    return wrong === undefined ? [] : [invalid([...path, 'except', index], part, wrong)]
  })
}

const notPart = 'must be a strict subset of `cidr`'

function isPart(part: Cidr, whole: Cidr): boolean {
  return contains(whole, addressOf(part)) && prefixLength(part) > prefixLength(whole)
}

/** Of either family. */
function network(text: string): string | undefined {
  try {
    parseAnyNetwork(text)
    return undefined
  } catch (error) {
    if (!(error instanceof NetError)) throw error
    return 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
  }
}
