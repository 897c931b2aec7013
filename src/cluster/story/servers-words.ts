import {type IpvsChange, virtualServerIn} from '../../kernel/ipvs/table.ts'
import type {Interest} from './rules-words.ts'
import {few} from './values.ts'

/** What of a change of ip_vs' virtual servers concerns somebody, in words. */
export function serversWords({commands, set}: IpvsChange, {services, addresses}: Interest): readonly string[] {
  const concerned = commands.filter(command => {
    const service = set[virtualServerIn(command) ?? '']?.service?.split(':')[0] ?? ''
    const to = / -r ([\d.]+):\d+/.exec(command)?.[1] ?? ''
    return services.has(service) || addresses.has(to)
  })
  const servers = (verb: string, weight = '') =>
    concerned.flatMap(command => {
      const [, server] = command.startsWith(verb) ? (/ -r (\S+)/.exec(command) ?? []) : []
      return server !== undefined && command.endsWith(weight) ? [server] : []
    })
  const [joined, left, leaving] = [servers('-a '), servers('-d '), servers('-e ', '-w 0')].map(all => [...new Set(all)])
  const made = concerned.filter(command => command.startsWith('-A '))
  return [
    ...(made.length > 0 ? [`made ${counted(made.length, 'virtual server')}`] : []),
    ...told('added', joined),
    ...told('gave weight 0, until its connections end, to', leaving),
    ...told('removed', left),
  ]
}

function told(verb: string, servers: readonly string[] = []): readonly string[] {
  return servers.length === 0 ? [] : [`${verb} ${counted(servers.length, 'real server')}: ${few(servers, 3)}`]
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
