import {type Cidr, contains, nth, sizeOf} from '../net/cidr.ts'
import {familyOf, type Ip} from '../net/ip.ts'
import {parseAnyIp} from '../net/ip6.ts'
import type {LoadBalancerIngress, Service} from '../objects/service.ts'
import type {View} from '../store/view.ts'
import {type Context, type Controller, type Key, keyOf, type Write} from './controller.ts'
import {eventFor, eventsFor, type Happening} from './events.ts'

/**
 * What a cloud does for Services of type LoadBalancer: each gets an address of the lab's pool, the one that it asks for in
 * `spec.loadBalancerIP` or else the first that is free, and keeps it as long as it has the type. Who asks for a load balancer of another class
 * waits for somebody else, and so does everybody where there is no pool. A Service of both families gets an address of each that has a
 * pool, in the order of its families.
 */
export function loadBalancers(...pools: readonly Cidr[]): Controller {
  return {
    name: 'service',
    watches: ['Service'],
    keysOf: (change, view) =>
      change.type === 'DELETED' || !wants(change.object as Service)
        ? [...(change.type === 'DELETED' ? [] : [keyOf(change.object)]), ...waiting(view)]
        : [keyOf(change.object)],
    reconcile: (key, view, context) => {
      const service = view.get('Service', key)
      if (service === undefined) return []
      return wants(service) ? provide(service, pools, {view, context}) : withdraw(service, pools)
    },
  }
}

const component = 'service-controller'

function wants({kind, spec, metadata}: Service): boolean {
  const isOurs = spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined
  return kind === 'Service' && isOurs && metadata.deletionTimestamp === undefined
}

/** Those that went without an address: one may have become free. */
function waiting(view: View): readonly Key[] {
  return view
    .all('Service')
    .filter(service => wants(service) && ingressOf(service).length === 0)
    .map(keyOf)
}

function ingressOf({status}: Service): readonly LoadBalancerIngress[] {
  return status?.loadBalancer?.ingress ?? []
}

type World = {readonly view: View; readonly context: Context}

function provide(service: Service, pools: readonly Cidr[], {view, context}: World): readonly Write[] {
  const taken = takenBy(view.all('Service').filter(other => other.metadata.uid !== service.metadata.uid))
  const {loadBalancerIP, ipFamilies = ['IPv4']} = service.spec
  const present = ingressOf(service).flatMap(({ip}) => ip ?? [])
  const wanted = ipFamilies.flatMap(family => pools.find(pool => familyOf(pool) === family) ?? [])
  const ips: string[] = []
  for (const pool of wanted) {
    const asked = loadBalancerIP && familyOf(loadBalancerIP) === familyOf(pool) ? loadBalancerIP : undefined
    const kept = present.find(ip => isFree(ip, pool, taken))
    const ip = asked || kept || firstFree(pool, taken)
    if (ip === undefined || !isFree(ip, pool, taken)) return refuse(service, asked, {pool, view, context})
    ips.push(ip)
  }
  const [pool] = pools
  if (loadBalancerIP && pool && !ips.includes(loadBalancerIP))
    return refuse(service, loadBalancerIP, {pool, view, context})
  if (ips.length === 0 || ips.join(' ') === present.join(' ')) return []
  const told = ['Ensuring', 'Ensured'].map(verb => happening('Normal', `${verb}LoadBalancer`, `${verb} load balancer`))
  const ingress = ips.map(ip => ({ip, ipMode: 'VIP'}) as const)
  return [put(service, ingress), ...eventsFor(service, told, view, context)]
}

function refuse(
  service: Service,
  asked: string | undefined,
  {pool, view, context}: World & {readonly pool: Cidr},
): readonly Write[] {
  const why = asked ? `${asked} is taken, or not in ${pool}` : `no address of ${pool} is free`
  const message = `Error syncing load balancer: failed to ensure load balancer: ${why}`
  const before = view.find('eventsByObject', service.metadata.uid ?? '')
  return [
    ...(ingressOf(service).length > 0 ? [put(service, [])] : []),
    ...(before.some(event => event.message === message)
      ? []
      : [eventFor(service, happening('Warning', 'SyncLoadBalancerFailed', message), view, context)]),
  ]
}

function happening(type: Happening['type'], reason: string, message: string): Happening {
  return {type, reason, message, component}
}

/** A Service of another type, or of another class, lets go of what it had from here. */
function withdraw(service: Service, pools: readonly Cidr[]): readonly Write[] {
  const others = ingressOf(service).filter(
    ({ip}) => ip === undefined || !pools.some(pool => contains(pool, parseAnyIp(ip))),
  )
  return others.length === ingressOf(service).length ? [] : [put(service, others)]
}

function put(service: Service, ingress: readonly LoadBalancerIngress[]): Write {
  const loadBalancer = ingress.length > 0 ? {ingress} : {}
  return {do: 'update', object: {...service, status: {...service.status, loadBalancer}}}
}

function takenBy(services: readonly Service[]): ReadonlySet<string> {
  return new Set(
    services.flatMap(service => [
      ...ingressOf(service).flatMap(({ip}) => ip ?? []),
      ...(service.spec.externalIPs ?? []),
    ]),
  )
}

function isFree(ip: string, pool: Cidr, taken: ReadonlySet<string>): boolean {
  return contains(pool, parseAnyIp(ip)) && !taken.has(ip)
}

/** The network's own address and its broadcast address are left out. */
function firstFree(pool: Cidr, taken: ReadonlySet<string>): Ip | undefined {
  for (let index = 1; index < sizeOf(pool) - 1; index++) {
    const ip = nth(pool, index)
    if (!taken.has(ip)) return ip
  }
  return undefined
}
