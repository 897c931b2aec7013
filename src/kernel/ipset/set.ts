/**
 * Named sets that rules of iptables ask (`-m set --match-set NAME dst,dst`), as values: whether a packet's address and port are in a set costs
 * the same with one entry as with ten thousand. An entry is a text in the words of `ipset`: `10.96.0.10,tcp:53`.
 */
export type IpSets = Readonly<Record<string, IpSet>>

export type IpSet = {readonly type: IpSetType; readonly entries: readonly string[]}

/** What an entry is made of. A `bitmap:port` has all ports, from 0 to 65535. */
export type IpSetType = 'hash:ip' | 'hash:ip,port' | 'hash:ip,port,ip' | 'hash:ip,port,net' | 'bitmap:port'
export const ipSetTypes = [
  'hash:ip',
  'hash:ip,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'bitmap:port',
] as const satisfies readonly IpSetType[]

/** What one component wants of sets: they are all its own. */
export type IpSetPlan = {
  readonly backend: 'ipset'
  readonly owner: string
  readonly family?: undefined
  readonly sets: IpSets
}

/** One `ipset restore -exist`. `set` and `remove` are what it comes to. */
export type IpSetChange = {
  readonly backend: 'ipset'
  readonly commands: readonly string[]
  readonly set: IpSets
  readonly remove: readonly string[]
}
