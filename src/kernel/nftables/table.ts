/**
 * A table of nftables as a value: its named sets, its maps, and its chains with their rules. A rule and an element are texts, in the words
 * in which `nft list` prints them, so that what is planned and what is seen can be compared.
 */
export type NftTable = {
  readonly comment?: string
  readonly sets: Readonly<Record<string, NftSet>>
  readonly maps: Readonly<Record<string, NftMap>>
  readonly chains: Readonly<Record<string, NftChain>>
}

/** A set of `type` (`ipv4_addr`). One that packets fill (`flags dynamic`) has no elements that anybody planned. */
export type NftSet = {
  readonly type: string
  readonly comment?: string
  readonly flags?: string
  /** In seconds. */
  readonly timeout?: number
  readonly elements: readonly string[]
}

/** A map of `type` (`inet_proto . inet_service : verdict`), by the texts of its keys. */
export type NftMap = {
  readonly type: string
  readonly comment?: string
  readonly elements: Readonly<Record<string, NftElement>>
}

export type NftElement = {readonly value: string; readonly comment?: string}

/** A chain; one with a base is entered by the packets of a hook, the lower its priority the earlier. */
export type NftChain = {
  readonly base?: {readonly type: 'filter' | 'nat'; readonly hook: NftHook; readonly priority: number}
  readonly comment?: string
  readonly rules: readonly string[]
}

export type NftHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'

/** What one component wants of nftables: a table that is all its own. */
export type NftPlan = {
  readonly backend: 'nftables'
  readonly owner: string
  readonly family: 'ip' | 'ip6'
  readonly name: string
  /** Undefined when it wants none. */
  readonly table: NftTable | undefined
  /** Chains that are no part of it any more, and still there, empty. */
  readonly leaving?: readonly string[]
}

/** One transaction of `nft -f`: from what the table was, or from whatever it is, to what it is to be. */
export type NftChange = {
  readonly backend: 'nftables'
  readonly family: 'ip' | 'ip6'
  readonly name: string
  readonly commands: readonly string[]
  readonly table: NftTable | undefined
}
