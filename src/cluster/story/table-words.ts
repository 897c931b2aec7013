import type {NftChange} from '../../kernel/nftables/table.ts'
import type {Interest} from './rules-words.ts'
import {few} from './values.ts'

/** What of a change of kube-proxy's table of nftables concerns somebody, in words. */
export function tableWords({commands}: NftChange, {services, addresses}: Interest): readonly string[] {
  const rules = commands.flatMap(command => {
    const [, chain = '', rule = ''] = /^add rule ip \S+ (\S+) (.*)$/.exec(command) ?? []
    return chain !== '' && isOf(chain, services, addresses) ? [{chain, rule}] : []
  })
  // In a large table it is emptied now, and deleted later.
  const rewritten = new Set(rules.map(({chain}) => chain))
  const removed = commands.flatMap(command => {
    const chain = /^flush chain ip \S+ (\S+)$/.exec(command)?.[1]
    return chain !== undefined && !rewritten.has(chain) && isOf(chain, services, addresses) ? [chain] : []
  })
  const destinations = rules.flatMap(({rule}) => / dnat to (\S+)$/.exec(rule)?.[1] ?? [])
  const refused = commands.some(
    command => command.includes(' no-endpoint-services ') && [...services].some(name => command.includes(`"${name}`)),
  )
  return [
    ...rules.flatMap(({chain, rule}) => drawWords(chain, rule)),
    ...(destinations.length > 0
      ? [
          `wrote ${destinations.length} endpoint chain${destinations.length === 1 ? '' : 's'}: to ${few(destinations, 3)}`,
        ]
      : []),
    ...(removed.length > 0 ? [`removed ${few(removed, 2)}`] : []),
    ...(refused && commands.some(command => command.startsWith('add element ip kube-proxy no-endpoint-services '))
      ? ['wrote an element that refuses: there are no endpoints']
      : []),
  ]
}

function drawWords(chain: string, rule: string): readonly string[] {
  const count = /numgen random mod (\d+) /.exec(rule)?.[1]
  return count === undefined
    ? []
    : [`wrote ${chain}, which draws lots among ${count} endpoint${count === '1' ? '' : 's'}`]
}

/** `endpoint-5OJB2KTY-default/kubia/tcp/http__172.17.12.2/8080` is of default/kubia and of 172.17.12.2. */
function isOf(chain: string, services: ReadonlySet<string>, addresses: ReadonlySet<string>): boolean {
  const [, namespace, name] = /^[a-z]+-[A-Z2-7]{8}-([^/]+)\/([^/]+)\//.exec(chain) ?? []
  const address = /__([^/]+)\/\d+$/.exec(chain)?.[1]
  return services.has(`${namespace}/${name}`) || (address !== undefined && addresses.has(address))
}
