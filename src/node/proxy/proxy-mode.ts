import type {Cidr} from '../../net/cidr.ts'
import type {Contribution} from '../plan.ts'
import type {ServicePort} from './service-port.ts'

/** A way of making Services work on a node. */
export type ProxyMode = {plan(ports: readonly ServicePort[], context: ProxyContext): Contribution}

/** What a proxy knows of its node. */
export type ProxyContext = {
  readonly nodeName: string
  /** kube-proxy's `--cluster-cidr`: packets for a cluster IP that come from elsewhere are masqueraded. Without it, none are. */
  readonly clusterCidr?: Cidr
  /** kube-proxy's `--masquerade-all`: every packet for a cluster IP is masqueraded. */
  readonly masqueradeAll?: boolean
}
