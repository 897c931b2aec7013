import type {Place} from './answer.ts'
import type {Host} from './find.ts'
import {hostOf} from './find.ts'

/** A name server of the zone, by its name within the zone. */
export type NameServer = Pick<Host, 'name' | 'address'>

/** The Services that lead to this server, kube-dns as a rule; when there is none, the server's own addresses under `ns.dns`. */
export function nameServers({names, config, ownAddresses}: Place): readonly NameServer[] {
  const slices = ownAddresses.flatMap(address => names.slicesAt(address))
  if (slices.length === 0) return ownAddresses.map(address => ({name: 'ns.dns', address}))
  return slices.flatMap(slice => {
    const service = names.service(slice.namespace, slice.service)
    if (!service) return []
    const name = `${service.name}.${service.namespace}.svc`
    return service.headless
      ? slice.addresses.map(one => ({name: `${hostOf(one, config)}.${name}`, address: one.address}))
      : service.addresses.map(address => ({name, address}))
  })
}

/** Whether a name, in lower case, is the one under which a zone's server stands when no Service leads to it. */
export function isNameServer(name: string, zone: string): boolean {
  return name === (zone === '.' ? 'ns.dns.' : `ns.dns.${zone}`)
}
