import type {PortRange} from '../../../net/port-range.ts'
import type {ServicePort} from '../service-port.ts'
import type {ProxySockets} from './proxied-port.ts'

/** Where Linux takes ports from that nobody has asked for by number (net.ipv4.ip_local_port_range). */
export const ephemeralPorts: PortRange = {first: 32_768, last: 60_999}

/** When a UDP client that neither sends nor gets anything is forgotten (kube-proxy's `--udp-timeout`). */
export const udpIdleMs = 250

/**
 * The ports to try for a service port, best first, each once. kube-proxy draws lots; podlab draws the first by the name, so that a
 * lab looks the same each time, and goes on from there.
 */
export function* portCandidates(name: string, {first, last}: PortRange): Generator<number> {
  const size = last - first + 1
  const start = spread(name) % size
  for (let step = 0; step < size; step++) yield first + ((start + step) % size)
}

/** What a node opens for Services on which nobody else's program has a claim. */
export function expectedSockets(ports: readonly ServicePort[], range: PortRange = ephemeralPorts): ProxySockets {
  const taken = new Set<string>()
  const chosen = ports.flatMap(({name, protocol}) => {
    const number = portCandidates(name, range).find(candidate => !taken.has(`${protocol} ${candidate}`))
    if (number === undefined) return []
    taken.add(`${protocol} ${number}`)
    return [[name, number] as const]
  })
  return {ports: new Map(chosen), refused: new Map()}
}

/** A number of 32 bits that differs much between names that differ little (FNV-1a). */
function spread(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash ^= hash >>> 15
  return hash >>> 0
}
