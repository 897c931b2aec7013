import {hash as digestOf} from 'node:crypto'
import {type Endpoint, type ServicePort, socketAddress} from './service-port.ts'

/**
 * What a service's chain is for: its endpoints everywhere (SVC), those of this node (SVL), packets from outside (EXT), or
 * those to a load balancer that only some may use (FW). In 1.18 XLB stood for what SVL and EXT are today.
 */
export type ServiceChainKind = 'SVC' | 'SVL' | 'EXT' | 'FW' | 'XLB'

/** The name of a chain of a service port: `KUBE-SVC-ERIFXISQEP7F7OF4`. */
export function serviceChain(kind: ServiceChainKind, {name, protocol}: Pick<ServicePort, 'name' | 'protocol'>): string {
  return `KUBE-${kind}-${base32(name + protocol, 16)}`
}

/** The name of the chain of one endpoint of a service port: `KUBE-SEP-S4MK5EVI7CLHCCS6`. */
export function endpointChain(port: Pick<ServicePort, 'name' | 'protocol'>, endpoint: Endpoint): string {
  return `KUBE-SEP-${base32(`${port.name}${port.protocol}${socketAddress(endpoint)}`, 16)}`
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The first characters of the SHA-256 digest in base 32, 16 at most: the name of a chain of iptables has at most 28. */
export function base32(text: string, length: number): string {
  const digest = digestOf('sha256', text, 'binary') // a string is cheaper than a Buffer
  let name = ''
  for (let bit = 0; bit < 5 * length; bit += 5) {
    const at = bit >> 3
    const pair = (digest.charCodeAt(at) << 8) | digest.charCodeAt(at + 1)
    name += alphabet[(pair >> (11 - (bit & 7))) & 31]
  }
  return name
}
