import type {OwnImage} from '../images/own-image.ts'
import type {Cidr} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {PortRange} from '../net/port-range.ts'
import type {KubeObject} from '../objects/kube-object.ts'

/** A lab file, read and checked: what cluster to make, what to put into it, what to play, what to grade. Plain JSON. */
export type Lab = {
  readonly name: string
  readonly title: string
  readonly summary?: string
  readonly cluster: ClusterConfig
  readonly nodes: readonly NodeConfig[]
  /** Machines on the underlay that are no nodes. */
  readonly clients: readonly ClientConfig[]
  /** Machines beyond the underlay that the cluster reaches by way of the nodes' router. */
  readonly internet: readonly InternetHost[]
  /** Images of one's own, beside the catalogue's. */
  readonly images: readonly OwnImage[]
  /** The objects that are there from the start, in file order. */
  readonly manifests: readonly KubeObject[]
  readonly scenario: readonly Step[]
  readonly checks: readonly CheckConfig[]
}

export type ClusterConfig = {
  /** flannel's Network: every node gets a subnet out of it. */
  readonly podNetwork: Cidr
  readonly serviceRange: Cidr
  /** The nodes' own network. */
  readonly underlay: Cidr
  /** Where Services of type LoadBalancer get their addresses from; none of them gets one when it is left out. */
  readonly loadBalancers?: Cidr
  /** The networks of IPv6 beside them, in a dual-stack lab. */
  readonly ipv6?: Ipv6Networks
  readonly overlay: 'vxlan' | 'udp' | 'host-gw'
  readonly proxyMode: ProxyMode
  readonly proxy: ProxyConfig
  /** Components that leave alone what a hand has changed: never. */
  readonly reconcile?:
    | {readonly 'kube-proxy'?: Reconcile | undefined; readonly flannel?: Reconcile | undefined}
    | undefined
  /** The cluster's DNS; there is none when it is left out. */
  readonly dns?: DnsConfig
}

/** Who answers for names, and what stands behind him. */
export type DnsConfig = {
  /** `podlab`: podlab's own server. `coredns`: the real one, which this machine has. */
  readonly server: 'podlab' | 'coredns'
  /** The Corefile that it begins with; kubeadm's when left out. */
  readonly corefile?: string
  /** Names of the world outside that the nodes' own DNS server knows, besides those of the internet's hosts. */
  readonly upstream: Readonly<Record<string, readonly Ip[]>>
  /** Who is asked for all other names, outside the lab: the machine's own DNS servers, or this one. Nobody when left out. */
  readonly host?: true | Resolver
}

/** A DNS server that the machine reaches which the lab is on. */
export type Resolver = {readonly address: Ip; readonly port: number}

/** `podNetwork6`, `serviceRange6`, `underlay6` and `loadBalancers6` of the lab file. */
export type Ipv6Networks = {
  readonly podNetwork: Cidr
  readonly serviceRange: Cidr
  readonly underlay: Cidr
  readonly loadBalancers?: Cidr
}

/** Whether a component goes on writing what is its own after a hand has changed it. */
export type Reconcile = 'always' | 'never'

/** How kube-proxy makes Services work. */
export type ProxyMode = 'userspace' | 'iptables' | 'ipvs' | 'nftables'

/** The schedulers of ip_vs that kube-proxy takes. */
export type IpvsScheduler = 'rr' | 'wrr' | 'lc' | 'wlc' | 'lblc' | 'lblcr' | 'sh' | 'dh' | 'sed' | 'nq' | 'mh'

/** What else kube-proxy is told, by the names of its own configuration; what is left out is as Kubernetes has it by default. */
export type ProxyConfig = {
  /** Where pods are, as kube-proxy knows it: whoever else calls a cluster IP is masqueraded. The pod network when left out; none when empty. */
  readonly clusterCIDR?: Cidr | '' | undefined
  readonly masqueradeAll?: boolean | undefined
  readonly localhostNodePorts?: boolean | undefined
  readonly nodePortAddresses?: readonly Cidr[] | undefined
  /** Of which version of Kubernetes the rules of iptables mode are; v1.30 when left out. */
  readonly profile?: 'v1.18' | 'v1.30' | undefined
  /** Where the userspace mode takes its ports from. */
  readonly portRange?: PortRange | undefined
  /** How ip_vs chooses an endpoint. */
  readonly scheduler?: IpvsScheduler | undefined
  readonly strictARP?: boolean | undefined
}

export type NodeConfig = {
  readonly name: string
  readonly address: Ip
  readonly podSubnet: Cidr
  /** In a dual-stack lab. */
  readonly address6?: Ip
  readonly podSubnet6?: Cidr
  /** Its agent is a process of its own, which joins the cluster by its API. */
  readonly outside?: true
}

/** A client outside the cluster, on the nodes' own network. */
export type ClientConfig = {readonly name: string; readonly address: Ip; readonly address6?: Ip}

/** A pretend host of the internet, that answers HTTP on port 80 with `answer`. Its address is one of those kept for documentation. */
export type InternetHost = {readonly name?: string; readonly address: Ip; readonly answer?: string}

/** What can be changed in a lab that is up, and to what: `{name: 'proxy', value: 'nftables'}`. */
export type Setting = {readonly name: 'overlay' | 'proxy'; readonly value: string}

/** One step of a scenario. `title` is said before it is done. */
export type Step = {
  readonly title: string
  /** It is one of those played for each value of a setting. Where the machine lacks this value, they are passed over. */
  readonly under?: Setting
} & (
  | {readonly do: 'say'; readonly text: string}
  | {readonly do: 'apply'; readonly objects: readonly KubeObject[]}
  | {
      readonly do: 'delete'
      readonly kind: string
      readonly namespace: string
      readonly name?: string
      readonly selector?: string
    }
  | {
      readonly do: 'scale'
      readonly kind: string
      readonly namespace: string
      readonly name: string
      readonly replicas: number
    }
  | {
      readonly do: 'exec'
      /** `pod/client`, `pod/app=kubia`, `node/node1` or `client/laptop`: see `targets.ts`. */
      readonly target: string
      readonly command: readonly string[]
      readonly expect?: ExecExpectation
    }
  | {
      readonly do: 'kubectl'
      /** Where it runs: the folder of the file that the step stands in. */
      readonly folder: string
      /** The words after `kubectl`; `{name:pod/app=kubia}` is the name of a pod. */
      readonly command: readonly string[]
      readonly expect?: ExecExpectation
    }
  | {readonly do: 'set'; readonly setting: Setting}
  | {readonly do: 'wait'; readonly until: CheckConfig}
  | {readonly do: 'check'; readonly check: CheckConfig}
)

/** What a command must have given: its exit code (0 when left out), and what its output equals, contains or matches. */
export type ExecExpectation = {
  readonly code?: number
  readonly equals?: string
  readonly contains?: string
  readonly matches?: string
}

/** A check as written; `parameters` are read by the check itself (floor 5), and have been found good. */
export type CheckConfig = {
  readonly title: string
  /** Sentences for the report. */
  readonly pass?: string
  readonly fail?: string
  readonly points: number
  readonly type: string
  readonly parameters: unknown
  /** Where it stands in the lab file: `['checks', 0, 'reaches']`. */
  readonly path: readonly (string | number)[]
}
