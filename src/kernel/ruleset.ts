import type {Cidr} from '../net/cidr.ts'

/*
 * The kernel has the same tables twice: iptables for packets of IPv4, ip6tables for those of IPv6. A rule is the same in both but for its
 * addresses, so are its types. `family` says which of them is meant, IPv4 when left out.
 */

/** What filters and rewrites packets in one namespace. One variant a back end; nftables and ipvs join here. */
export type Ruleset = IptablesRuleset

/** Everything that `iptables-save` prints: tables, their chains in order, each with its rules. */
export type IptablesRuleset = {
  readonly backend: 'iptables'
  readonly family?: 'IPv6'
  readonly tables: Readonly<Partial<Record<IptablesTable, Readonly<Record<string, IptablesChain>>>>>
}

export type IptablesTable = 'raw' | 'mangle' | 'nat' | 'filter'

/** A chain; only the kernel's own (PREROUTING, ...) have a policy. */
export type IptablesChain = {readonly policy?: 'ACCEPT' | 'DROP'; readonly rules: readonly IptablesRule[]}

/** One rule. Matches stand in the order in which `iptables-save` prints them. */
export type IptablesRule = {readonly matches: readonly IptablesMatch[]; readonly target?: IptablesTarget}

/** A condition of a rule. What podlab does not know stays as words, so that it can be shown, and the tracer can refuse it. */
export type IptablesMatch =
  | {readonly match: 'source' | 'destination'; readonly net: Cidr; readonly not?: true}
  | {readonly match: 'in' | 'out'; readonly link: string; readonly not?: true}
  | {readonly match: 'protocol'; readonly protocol: string; readonly not?: true}
  | {readonly match: 'comment'; readonly text: string}
  | {
      readonly match: 'sport' | 'dport'
      readonly protocol: 'tcp' | 'udp' | 'sctp'
      readonly ports: string
      readonly not?: true
    }
  | {readonly match: 'mark'; readonly value: number; readonly mask: number; readonly not?: true}
  | {readonly match: 'ctstate'; readonly states: readonly string[]; readonly not?: true}
  | {readonly match: 'addrtype'; readonly end: 'src' | 'dst'; readonly type: string; readonly not?: true}
  | {readonly match: 'statistic'; readonly probability: number}
  | {readonly match: 'physdev'; readonly is: 'in' | 'out' | 'bridged'; readonly not?: true}
  | {readonly match: 'set'; readonly set: string; readonly directions: readonly ('src' | 'dst')[]; readonly not?: true}
  /** A list of addresses seen lately (xt_recent): `set` notes the packet's source, `rcheck` asks for it. */
  | {
      readonly match: 'recent'
      readonly do: 'set' | 'rcheck'
      readonly list: string
      readonly seconds?: number
      readonly reap?: true
      /** Its addresses are of this family, and compared with all their bits. */
      readonly family?: 'IPv6'
    }
  /** `-m tcp` without a condition of its own: true for every packet of that protocol. */
  | {readonly match: 'module'; readonly name: 'tcp' | 'udp' | 'sctp'}
  /** `words` stand as they were written, quotes and all. */
  | {readonly match: 'other'; readonly words: readonly string[]}

/** What a rule does. `REDIRECT` without ports keeps the packet's own port. What podlab does not know stays as words. */
export type IptablesTarget =
  | {readonly target: 'jump' | 'goto'; readonly chain: string}
  | {readonly target: 'ACCEPT' | 'DROP' | 'RETURN'}
  | {readonly target: 'REJECT'; readonly with: string}
  | {readonly target: 'MARK'; readonly value: number; readonly mask: number}
  | {readonly target: 'MASQUERADE'; readonly randomFully?: true}
  | {readonly target: 'DNAT' | 'SNAT'; readonly to: string}
  | {readonly target: 'REDIRECT'; readonly ports?: string}
  | {readonly target: 'other'; readonly words: readonly string[]}

/**
 * What one component (kube-proxy, flannel, docker) wants: its own chains, whole, and jumps to them from the kernel's chains.
 * Chains whose names begin with one of `prefixes` are its own: those it no longer wants are removed.
 */
export type RulesPlan = {
  readonly backend: 'iptables'
  readonly family?: 'IPv6'
  readonly owner: string
  readonly prefixes: readonly string[]
  readonly tables: Readonly<Partial<Record<IptablesTable, RulesPlanTable>>>
}

export type RulesPlanTable = {
  readonly chains: Readonly<Record<string, readonly IptablesRule[]>>
  /**
   * Rules in chains that are not its own, ensured in this order. One that is there stays where it is; a missing one is put
   * at the `top`, so above those ensured before it, or at the `bottom`.
   */
  readonly jumps: readonly {readonly chain: string; readonly rule: IptablesRule; readonly at: 'top' | 'bottom'}[]
}

/** One `iptables-restore --noflush`: chains to rewrite whole, chains to remove, jumps to add or remove. */
export type RulesChange = {
  readonly backend: 'iptables'
  readonly family?: 'IPv6'
  readonly tables: Readonly<Partial<Record<IptablesTable, RulesChangeTable>>>
}

export type RulesChangeTable = {
  readonly rewrite: Readonly<Record<string, readonly IptablesRule[]>>
  readonly remove: readonly string[]
  readonly insert: readonly {readonly chain: string; readonly rule: IptablesRule}[]
  readonly append: readonly {readonly chain: string; readonly rule: IptablesRule}[]
  readonly delete: readonly {readonly chain: string; readonly rule: IptablesRule}[]
}
