import {familyOf} from '../../net/ip.ts'
import {KernelError, type Run} from '../kernel.ts'
import type {NetnsState} from '../state.ts'
import {parseAddresses} from './addresses.ts'
import {parseDocuments} from './documents.ts'
import {parseFdb} from './fdb.ts'
import {parseLinks} from './links.ts'
import {parseNeighbours} from './neighbours.ts'
import {parseNetnsIds} from './netns-ids.ts'
import {parseRoutes} from './routes.ts'
import {parseSysctls} from './sysctls.ts'

/**
 * One `ip -batch` prints four documents; `ip addr` with details says all of the links too. The kernel numbers a neighbouring
 * namespace when it first shows a link into it, so the numbers are asked for afterwards.
 */
const ipQuestions = 'addr show\nroute show\nneigh show nud permanent\nnetns list-id\n'

/** Reads what a namespace holds in two processes side by side, three when there are sysctls to read; one more where it has IPv6. */
export async function observeNetns(
  run: Run,
  {netns, sysctls}: {netns: string; sysctls: readonly string[]},
): Promise<NetnsState> {
  const look = looker(run, netns)
  const [ip, bridge, values] = await Promise.all([
    look(['ip', '-json', '-details', '-batch', '-'], ipQuestions),
    look(['bridge', '-json', 'fdb', 'show']),
    sysctls.length === 0 ? '' : look(['sysctl', '--ignore', '--', ...sysctls]),
  ])
  try {
    const [links = [], routes = [], neighbours = [], ids = []] = parseDocuments(ip)
    const addresses = parseAddresses(links)
    const hasIpv6 = addresses.some(({address}) => familyOf(address) === 'IPv6')
    // `ip` shows the routes of one family at a time, and by itself those of IPv4
    const routes6 = hasIpv6 ? parseDocuments(await look(['ip', '-6', '-json', '-details', 'route', 'show'])) : []
    return {
      links: parseLinks(links, {netns, ids: parseNetnsIds(ids)}),
      addresses,
      routes: [...parseRoutes(routes), ...parseRoutes(routes6.flat(), 'IPv6')],
      neighbours: parseNeighbours(neighbours),
      fdb: parseFdb(parseDocuments(bridge).flat()),
      sysctls: parseSysctls(values, sysctls),
    }
  } catch (cause) {
    const message = `What ip and bridge print in network namespace ${netns} is not what podlab can read: ${cause}`
    throw new KernelError(message, {code: 'unreadable', netns, cause})
  }
}

/** Asks a tool in one namespace and gives what it printed; throws KernelError when it fails. */
export function looker(run: Run, netns: string) {
  return async (argv: readonly [string, ...string[]], input?: string): Promise<string> => {
    const {code, stdout, stderr} = await run({netns, argv, ...(input !== undefined && {input})})
    if (code === 0) return stdout
    const line = argv.join(' ')
    throw new KernelError(`${stderr.trim()}: ${line} (in network namespace ${netns})`, {
      code: 'unreadable',
      netns,
      line,
    })
  }
}
