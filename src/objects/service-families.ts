import {familyOf, type IpFamily} from '../net/ip.ts'
import {duplicate, invalid, type Mistake} from './mistake.ts'
import type {ServiceSpec} from './service.ts'

/*
 * Which families of addresses a service has. `ipFamilyPolicy` says how many: one (SingleStack), both where the cluster has both
 * (PreferDualStack), both or nothing (RequireDualStack). `ipFamilies` says which, and which is the first: `clusterIP` is of that one, and it
 * stays as it is. `clusterIPs` has an address of each.
 */

/** Families and policy where they are left out: those of the addresses that are asked for, or else IPv4. */
export function familyDefaults(spec: ServiceSpec): Pick<ServiceSpec, 'ipFamilies' | 'ipFamilyPolicy'> {
  const {ipFamilyPolicy = isFree(spec) ? 'RequireDualStack' : 'SingleStack'} = spec
  const ipFamilies = asked(spec)
  return {
    ipFamilies: isFree(spec) && ipFamilyPolicy !== 'SingleStack' ? bothOf(ipFamilies) : ipFamilies,
    ipFamilyPolicy,
  }
}

function asked({
  ipFamilies = [],
  clusterIP,
  clusterIPs = clusterIP ? [clusterIP] : [],
}: ServiceSpec): readonly IpFamily[] {
  const inferred = clusterIPs.filter(ip => ip !== '' && ip !== 'None').map(familyOf)
  const families = ipFamilies.length > 0 ? ipFamilies : inferred
  return families.length === 0 ? ['IPv4'] : families
}

/** A dual-stack cluster gives a service that would have both families the one that it does not name. */
export function completedFamilies(
  {ipFamilies = ['IPv4'], ipFamilyPolicy = 'SingleStack'}: ServiceSpec,
  configured: readonly IpFamily[],
): readonly IpFamily[] {
  return ipFamilyPolicy === 'SingleStack' || configured.length < 2 ? ipFamilies : bothOf(ipFamilies)
}

function bothOf(families: readonly IpFamily[]): readonly IpFamily[] {
  const [first, ...more] = families
  if (first === undefined || more.length > 0) return families
  return first === 'IPv4' ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4']
}

/** Who writes the endpoints of a headless service himself may write such of either family, whatever the cluster has. */
function isFree({clusterIP, clusterIPs = [], selector = {}}: ServiceSpec): boolean {
  return (clusterIP || clusterIPs[0]) === 'None' && Object.keys(selector).length === 0
}

const policyPath = ['spec', 'ipFamilyPolicy']
const familiesPath = ['spec', 'ipFamilies']
const addressesPath = ['spec', 'clusterIPs']

/** What families, addresses and policy say against each other, whatever the cluster has. */
export function familyMistakes(spec: ServiceSpec): Mistake[] {
  const {ipFamilies = [], ipFamilyPolicy, clusterIPs = []} = spec
  const repeated = ipFamilies.flatMap((family, index) =>
    ipFamilies.indexOf(family) < index ? [duplicate([...familiesPath, index], family)] : [],
  )
  const addresses = addressMistakes(spec)
  if (addresses.length > 0) return addresses
  if (repeated.length > 0) return repeated
  if (ipFamilyPolicy !== 'SingleStack') return mismatches(spec)
  const wanted = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
  return [
    ...(clusterIPs.length === 2 ? [invalid(policyPath, ipFamilyPolicy, `${wanted} cluster IPs are specified`)] : []),
    ...(ipFamilies.length === 2 ? [invalid(policyPath, ipFamilyPolicy, `${wanted} IP families are specified`)] : []),
    ...mismatches(spec),
  ]
}

function addressMistakes({clusterIP, clusterIPs = []}: ServiceSpec): Mistake[] {
  const whole = (why: string) => [invalid(addressesPath, clusterIPs, why)]
  if (clusterIPs.length > 1 && clusterIPs[0] === 'None') return whole("'None' must be the first and only value")
  if (clusterIPs.length > 2) return whole('may only hold up to 2 values')
  const families = new Set(clusterIPs.map(familyOf))
  if (families.size < clusterIPs.length) return whole('may specify no more than one IP for each IP family')
  return clusterIP && clusterIPs[0] !== clusterIP ? whole('first value must match `clusterIP`') : []
}

function mismatches({ipFamilies = [], clusterIPs = []}: ServiceSpec): Mistake[] {
  return clusterIPs.flatMap((ip, index) => {
    const family = ipFamilies[index]
    if (ip === 'None' || ip === '' || family === undefined || familyOf(ip) === family) return []
    const why = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``
    return [invalid([...addressesPath, index], ip, why)]
  })
}

/** What a service asks for that this cluster, which has these families, cannot give. */
export function unconfiguredFamilies(spec: ServiceSpec, configured: readonly IpFamily[]): Mistake[] {
  const {ipFamilies = [], ipFamilyPolicy, type} = spec
  if (isFree(spec) || type === 'ExternalName') return []
  return [
    ...(ipFamilyPolicy === 'RequireDualStack' && configured.length < 2
      ? [invalid(policyPath, ipFamilyPolicy, 'this cluster is not configured for dual-stack services')]
      : []),
    ...ipFamilies.flatMap((family, index) =>
      configured.includes(family) ? [] : [invalid([...familiesPath, index], family, 'not configured on this cluster')],
    ),
  ]
}

/**
 * A change of policy to SingleStack that leaves addresses and families as they were means that the second is to go; a new list of families
 * that is the beginning of the former one, with a policy that allows one, too.
 */
export function releasedFamilies(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  if (spec.ipFamilyPolicy !== 'SingleStack') return spec
  const same = (a: readonly string[] = [], b: readonly string[] = []) => a.join(' ') === b.join(' ')
  const {clusterIPs, ipFamilies} = spec
  return {
    ...spec,
    ...(clusterIPs && same(clusterIPs, before.clusterIPs) && {clusterIPs: clusterIPs.slice(0, 1)}),
    ...(ipFamilies && same(ipFamilies, before.ipFamilies) && {ipFamilies: ipFamilies.slice(0, 1)}),
  }
}

/** What may not become of families and addresses: the first ones stay, and a second one goes only with the policy SingleStack. */
export function familyChangeMistakes(spec: ServiceSpec, before: ServiceSpec): Mistake[] {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return []
  const {ipFamilies = [], clusterIPs = [], ipFamilyPolicy} = spec
  const [families, addresses] = [before.ipFamilies ?? [], before.clusterIPs ?? []]
  const reduced = (kind: string, isReduced: boolean) =>
    isReduced && ipFamilyPolicy !== 'SingleStack'
      ? [invalid(policyPath, ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${kind}`)]
      : []
  const changedAt = (now: readonly string[], then: readonly string[]) =>
    now.findIndex((value, index) => then[index] !== undefined && then[index] !== value)
  const [address, family] = [changedAt(clusterIPs, addresses), changedAt(ipFamilies, families)]
  return [
    ...(addresses.length > 0 && address >= 0
      ? [invalid([...addressesPath, address], clusterIPs, 'may not change once set')]
      : []),
    ...(families.length > 0 && family >= 0
      ? [invalid([...familiesPath, family], ipFamilies, 'may not change once set')]
      : []),
    ...reduced('cluster IP', addresses.length === 2 && clusterIPs.length === 1),
    ...reduced('IP family', families.length === 2 && ipFamilies.length === 1),
  ]
}
