import {base32} from '../names.ts'
import {type Endpoint, type ServicePort, splitName} from '../service-port.ts'

/** What a chain or set of a service port is for. */
export type NftKind = 'service' | 'local' | 'external' | 'firewall' | 'endpoint' | 'affinity'

/**
 * The name of a chain or set of a service port: `service-ULMVA6XW-ns1/svc1/tcp/p80`, of an endpoint `endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80`. People read
 * the end; the hash keeps names apart that had to be cut.
 */
export function nftName(kind: NftKind, port: Pick<ServicePort, 'name' | 'protocol'>, endpoint?: Endpoint): string {
  const {namespace, service, portName} = splitName(port.name)
  const place = `${namespace}/${service}/${port.protocol}/${portName}`
  const readable = endpoint ? `${place}__${endpoint.ip.replaceAll(':', '.')}/${endpoint.port}` : place
  const name = `${kind}-${base32(readable, 8)}-${readable}`
  return name.length > longest ? `${name.slice(0, longest - 3)}...` : name
}

/** nftables takes 255 characters, of which kube-proxy leaves some. */
const longest = 240
