import {dnsSubdomain} from './format.ts'
import {invalid, type Mistake, type Path, required} from './mistake.ts'

/** What a pod's /etc/resolv.conf is to hold besides what its policy gives it. */
export type DnsConfig = {
  readonly nameservers?: readonly string[]
  readonly searches?: readonly string[]
  readonly options?: readonly {readonly name?: string; readonly value?: string}[]
}

/** A line of the pod's /etc/hosts. */
export type HostAlias = {readonly ip: string; readonly hostnames?: readonly string[]}

/** As many as a resolver looks at. */
const most = {nameservers: 3, searches: 32, characters: 2048} as const

/** What is wrong with a pod's DNS; `path` leads to its spec. */
export function dnsMistakes(
  {dnsPolicy, dnsConfig}: {readonly dnsPolicy?: string; readonly dnsConfig?: DnsConfig},
  path: Path,
): Mistake[] {
  const place = [...path, 'dnsConfig']
  const {nameservers = [], searches = [], options = []} = dnsConfig ?? {}
  const none = dnsPolicy === 'None'
  if (none && !dnsConfig) return [required(place, 'must provide `dnsConfig` when `dnsPolicy` is None')]
  const lonely = none && nameservers.length === 0
  const alone = required([...place, 'nameservers'], 'must provide at least one DNS nameserver when `dnsPolicy` is None')
  const many = (field: 'nameservers' | 'searches', list: readonly string[], word: string) =>
    list.length > most[field]
      ? [invalid([...place, field], list, `must not have more than ${most[field]} ${word}`)]
      : []
  return [
    ...(lonely ? [alone] : []),
    ...many('nameservers', nameservers, 'nameservers'),
    ...many('searches', searches, 'search paths'),
    ...searchMistakes(searches, [...place, 'searches']),
    ...options.flatMap(({name}, index) => (name ? [] : [required([...place, 'options', index], 'must not be empty')])),
  ]
}

/* A search domain may end with a dot, which is not told as a part of a wrong one. */
function searchMistakes(searches: readonly string[], place: Path): Mistake[] {
  const long = `must not have more than ${most.characters} characters (including spaces) in the search list`
  const wrong = searches.flatMap((search, index) => {
    const domain = search.replace(/\.$/, '')
    const why = dnsSubdomain(domain)
    return why === undefined ? [] : [invalid([...place, index], domain, why)]
  })
  return [...(searches.join(' ').length > most.characters ? [invalid(place, searches, long)] : []), ...wrong]
}
