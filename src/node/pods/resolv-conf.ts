import type {DnsConfig} from '../../objects/pod-names.ts'

/** The text of an /etc/resolv.conf with what a pod's `dnsConfig` adds: servers and zones go behind, options replace. */
export function withDnsConfig(text: string, {nameservers = [], searches = [], options = []}: DnsConfig): string {
  const lines = text.split('\n').map(line => line.trim().split(/\s+/))
  const words = (keyword: string) => lines.filter(([first]) => first === keyword).flatMap(([, ...rest]) => rest)
  const servers = unique([...words('nameserver'), ...nameservers])
  const zones = unique([...words('search'), ...searches])
  const chosen = new Map(words('options').map(option => [option.split(':')[0] ?? option, option]))
  for (const {name = '', value} of options) chosen.set(name, value ? `${name}:${value}` : name)
  return [
    ...(zones.length > 0 ? [`search ${zones.join(' ')}\n`] : []),
    ...servers.map(server => `nameserver ${server}\n`),
    ...(chosen.size > 0 ? [`options ${[...chosen.values()].join(' ')}\n`] : []),
  ].join('')
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}
