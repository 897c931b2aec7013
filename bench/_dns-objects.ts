import type {DnsObject} from '../src/dns/view.ts'

/** A namespace with 10,000 Services. */
export function clusterObjects(): readonly DnsObject[] {
  const namespace: DnsObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {name: 'default'},
    spec: {},
    status: {},
  } as DnsObject
  const services = Array.from({length: 10_000}, (_, index): DnsObject => {
    const address = `10.96.${100 + (index >> 8)}.${index & 255}`
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {name: `web-${index}`, namespace: 'default'},
      spec: {
        type: 'ClusterIP',
        clusterIP: address,
        clusterIPs: [address],
        ports: [{name: 'http', port: 80, protocol: 'TCP'}],
      },
    }
  })
  return [namespace, ...services]
}
