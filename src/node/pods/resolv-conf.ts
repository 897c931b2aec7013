import type {DnsConfig} from '../../objects/pod-names.ts'

/*
 * What a kubelet writes into /etc/resolv.conf. Resolvers look at three servers and no more, whatever stands there, and old ones at six
 * domains: so what is too much is left out, and the pod is told.
 */

/** Whom a pod asks for names, in which domains it looks for them, and how. */
export type Resolver = {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  /** Each as it is written: `ndots:5`. */
  readonly options: readonly string[]
}

/** What the text of an /etc/resolv.conf says; of several lines `search` or `options` all. */
export function readResolvConf(text: string): Resolver {
  const lines = text.split('\n').map(line => line.trim().split(/\s+/))
  const words = (keyword: string) => lines.filter(([first]) => first === keyword).flatMap(([, ...rest]) => rest)
  const nameservers = lines.flatMap(([first, server]) => (first === 'nameserver' && server ? [server] : []))
  return {nameservers, searches: words('search'), options: words('options')}
}

/** A resolver with what a pod's `dnsConfig` adds: servers and domains go behind, options replace those of their name. */
export function withDnsConfig(given: Resolver, {nameservers = [], searches = [], options = []}: DnsConfig): Resolver {
  const chosen = new Map(given.options.map(option => [option.split(':')[0] ?? option, option]))
  for (const {name = '', value} of options) chosen.set(name, value ? `${name}:${value}` : name)
  return {
    nameservers: unique([...given.nameservers, ...nameservers]),
    searches: unique([...given.searches, ...searches]),
    options: [...chosen.values()],
  }
}

/** The text, as containerd writes it; empty when there is nothing to say. */
export function printResolvConf({nameservers, searches, options}: Resolver): string {
  return [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}\n`] : []),
    ...nameservers.map(server => `nameserver ${server}\n`),
    ...(options.length > 0 ? [`options ${options.join(' ')}\n`] : []),
  ].join('')
}

const most = {nameservers: 3, searches: 32, letters: 2048, lettersOfOne: 253} as const

/** A resolver without what is too much of it, and what is said of that, in the kubelet's words. */
export function fitted(resolver: Resolver): {readonly resolver: Resolver; readonly warnings: readonly string[]} {
  const nameservers = resolver.nameservers.slice(0, most.nameservers)
  const searches = fittedSearches(resolver.searches)
  const servers = `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${nameservers.join(' ')}`
  const domains = `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(' ')}`
  return {
    resolver: {...resolver, nameservers, searches},
    warnings: [
      ...(nameservers.length < resolver.nameservers.length ? [servers] : []),
      ...(searches.length < resolver.searches.length ? [domains] : []),
    ],
  }
}

function fittedSearches(searches: readonly string[]): readonly string[] {
  const few = searches.slice(0, most.searches).filter(domain => domain.length <= most.lettersOfOne)
  let length = -1
  return few.filter(domain => {
    length += domain.length + 1
    return length <= most.letters
  })
}

export function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}
