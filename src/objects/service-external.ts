import {dnsSubdomain, ipAddress, network} from './format.ts'
import {forbidden, invalid, type Mistake, required} from './mistake.ts'
import type {Service, ServiceSpec} from './service.ts'
import {specialAddress} from './special-address.ts'

/** Whether packets from outside the cluster may be meant for it. */
export function isExternal({type, externalIPs = []}: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0)
}

/** What is wrong with the fields by which a service meets the world outside. */
export function externalMistakes(spec: ServiceSpec): Mistake[] {
  return [...nameMistakes(spec), ...addressMistakes(spec), ...policyMistakes(spec), ...balancerMistakes(spec)]
}

function nameMistakes({type, externalName, clusterIP}: ServiceSpec): Mistake[] {
  if (type !== 'ExternalName') return []
  const path = ['spec', 'externalName']
  const why = externalName ? dnsSubdomain(externalName.replace(/\.$/, '')) : undefined
  return [
    ...(clusterIP ? [forbidden(['spec', 'clusterIPs'], "may not be set when `type` is 'ExternalName'")] : []),
    ...(externalName ? [] : [required(path)]),
    ...(why ? [invalid(path, externalName, why)] : []),
  ]
}

function addressMistakes({externalIPs = []}: ServiceSpec): Mistake[] {
  return externalIPs.flatMap((address, index) => {
    const why = ipAddress(address) ?? specialAddress(address)
    return why === undefined ? [] : [invalid(['spec', 'externalIPs', index], address, why)]
  })
}

function policyMistakes(spec: ServiceSpec): Mistake[] {
  const {externalTrafficPolicy: policy} = spec
  const why = 'may only be set for externally-accessible services'
  return policy && !isExternal(spec) ? [invalid(['spec', 'externalTrafficPolicy'], policy, why)] : []
}

const onlyBalancer = "may only be used when `type` is 'LoadBalancer'"

/** A balancer in front of all nodes would open the kubelet's own port to everybody. */
const kubeletPort = 10250
const usedByKubelet = `may not expose port ${kubeletPort} externally since it is used by kubelet`

function balancerMistakes(spec: ServiceSpec): Mistake[] {
  const {type, externalTrafficPolicy, healthCheckNodePort, loadBalancerSourceRanges: ranges = []} = spec
  const kubelets = type === 'LoadBalancer' ? (spec.ports ?? []) : []
  const place = ['spec', 'LoadBalancerSourceRanges']
  const hint = 'must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24'
  const wrong = ranges.some(range => network(range.trim()) !== undefined)
  const checked = type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
  const unchecked = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
  return [
    ...kubelets.flatMap(({port}, index) =>
      port === kubeletPort ? [invalid(['spec', 'ports', index], port, usedByKubelet)] : [],
    ),
    ...(wrong ? [invalid(place, `[${ranges.join(' ')}]`, hint)] : []),
    ...(type !== 'LoadBalancer' && ranges.length > 0 ? [forbidden(place, onlyBalancer)] : []),
    ...(['loadBalancerClass', 'allocateLoadBalancerNodePorts'] as const).flatMap(field =>
      type !== 'LoadBalancer' && spec[field] !== undefined ? [forbidden(['spec', field], onlyBalancer)] : [],
    ),
    ...(healthCheckNodePort && !checked
      ? [invalid(['spec', 'healthCheckNodePort'], healthCheckNodePort, unchecked)]
      : []),
  ]
}

/** The EXTERNAL-IP column: where the service is reached from outside; a balancer without an address waits for one. */
export function externalColumn({spec, status}: Service): string {
  const {type = 'ClusterIP', externalIPs = [], externalName = ''} = spec
  const given = (status?.loadBalancer?.ingress ?? []).map(({ip, hostname}) => ip || hostname || '')
  switch (type) {
    case 'ExternalName':
      return externalName
    case 'LoadBalancer':
      return [...given, ...externalIPs].join(',') || '<pending>'
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.join(',') || '<none>'
  }
}

/** What a service asks for that no proxy of podlab gives: stored as a real API server does, and said. */
export function serviceWarnings({spec}: Service): readonly string[] {
  const {type, loadBalancerClass} = spec
  const foreign = type === 'LoadBalancer' && loadBalancerClass !== undefined
  return foreign
    ? [
        `spec.loadBalancerClass: nobody here has load balancers of the class ${loadBalancerClass}: the address stays pending`,
      ]
    : []
}
