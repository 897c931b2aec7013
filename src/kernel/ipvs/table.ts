import type {Ip} from '../../net/ip.ts'

/**
 * The kernel's own balancer of load (ip_vs) as a value: virtual servers, each with the real servers that it hands connections to. A virtual
 * server's key is how ipvsadm names it: `-t 10.96.0.10:53`, and `-u` for UDP.
 */
export type IpvsTable = Readonly<Record<string, VirtualServer>>

export type VirtualServer = {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly ip: Ip
  readonly port: number
  readonly scheduler: string
  /** Whose it is, for people: `default/kubia:http`. The kernel knows nothing of that. */
  readonly service?: string
  /** For how many seconds a client stays with its real server. */
  readonly persistSeconds?: number
  /** Flags of the scheduler, as ipvsadm prints them: `mh-port`. */
  readonly flags?: string
  /** Weights by address and port, `10.32.0.3:53`; all are reached by rewriting addresses (masquerading). Weight 0 gets no new connection. */
  readonly servers: Readonly<Record<string, number>>
}

/** What one component wants of ip_vs: the table is all its own. */
export type IpvsPlan = {
  readonly backend: 'ipvs'
  readonly owner: string
  readonly family?: undefined
  readonly table: IpvsTable
}

/** Lines of `ipvsadm -R`. `set` and `remove` are what they come to. */
export type IpvsChange = {
  readonly backend: 'ipvs'
  readonly commands: readonly string[]
  readonly set: IpvsTable
  readonly remove: readonly string[]
}

/** How many connections a real server has, by the virtual server's key and its own. */
export type IpvsConnections = Readonly<
  Record<string, Readonly<Record<string, {readonly active: number; readonly inactive: number}>>>
>

const options = {tcp: '-t', udp: '-u', sctp: '--sctp-service'} as const

/** The key of a virtual server. */
export function virtualServerKey({protocol, ip, port}: Pick<VirtualServer, 'protocol' | 'ip' | 'port'>): string {
  return `${options[protocol]} ${ip}:${port}`
}

/** The key that a line of ipvsadm speaks of. */
export function virtualServerIn(line: string): string | undefined {
  return /(?:^| )((?:-t|-u|--sctp-service) \S+)/.exec(line)?.[1]
}
