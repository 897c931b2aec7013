import {spawn} from 'node:child_process'
import {hostname, networkInterfaces} from 'node:os'
import {resolve} from 'node:path'
import {connect} from '../cluster/api-client/connection.ts'
import {readKubeconfig} from '../cluster/api-client/kubeconfig-file.ts'
import {agentProgram, type JoinOptions} from '../cluster/join/options.ts'
import {childrenOf} from '../kernel/processes.ts'
import {parseCidr, parseNetwork} from '../net/cidr.ts'
import {type Ip, parseIp} from '../net/ip.ts'
import {NetError} from '../net/net-error.ts'
import {overlayBackends} from '../node/overlay/index.ts'
import {type CommandOptions, UsageError} from './command.ts'

/** Makes this machine, or the network namespace that it is called in, a node of a cluster, until it is interrupted. */
export async function join(name: string | undefined, options: CommandOptions, signal: AbortSignal): Promise<number> {
  const wanted = joinOptions(name, options)
  connect(readKubeconfig(wanted.kubeconfig)).close() // what is wrong with it is told at once
  if (process.getuid?.() !== 0)
    throw new UsageError('a node makes interfaces, routes and rules where it is: that is for root. Type sudo before it')
  const namespaces = ['--mount', '--pid', '--ipc', '--propagation', 'private', '--fork', '--kill-child']
  const program = [process.execPath, agentProgram, JSON.stringify(wanted)]
  const child = spawn('unshare', [...namespaces, '--', ...program], {stdio: ['ignore', 'inherit', 'inherit']})
  const end = () => {
    for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGTERM')
  }
  signal.addEventListener('abort', end, {once: true})
  try {
    return await new Promise<number>((resolveCode, reject) => {
      child.once('error', reject)
      child.once('exit', code => resolveCode(signal.aborted ? 130 : (code ?? 1)))
    })
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** What the command line says, checked. Throws UsageError. */
export function joinOptions(
  name: string | undefined,
  options: CommandOptions,
  interfaces: typeof networkInterfaces = networkInterfaces,
): JoinOptions {
  const {kubeconfig, server, overlay} = options
  if (kubeconfig === undefined) throw new UsageError('how to get in? Name a kubeconfig: --kubeconfig FILE')
  if (server !== undefined && !URL.canParse(String(server)))
    throw new UsageError(`--server ${server}: expected something like https://10.0.20.254:6443`)
  if (!Object.hasOwn(overlayBackends, String(overlay)))
    throw new UsageError(`--overlay ${overlay}: expected ${Object.keys(overlayBackends).join(', ')}`)
  const link = String(options.interface)
  const network = (flag: string, value: unknown) => checked(flag, () => parseNetwork(String(value)))
  return {
    name: nodeName(name ?? hostname()),
    link,
    address:
      options.address === undefined
        ? addressOn(link, interfaces())
        : checked('--address', () => parseIp(String(options.address))),
    kubeconfig: resolve(String(kubeconfig)),
    ...(server !== undefined && {server: String(server)}),
    ...(options.podSubnet !== undefined && {
      podSubnet: checked('--pod-subnet', () => parseCidr(String(options.podSubnet))),
    }),
    podNetwork: network('--pod-network', options.podNetwork),
    serviceRange: network('--service-range', options.serviceRange),
    overlay: String(overlay),
    root: '/',
  }
}

function nodeName(name: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(name)) return name
  throw new UsageError(`"${name}" cannot name a node; expected a-z, 0-9, "-" and ".": podlab node join NAME`)
}

function addressOn(link: string, interfaces: ReturnType<typeof networkInterfaces>): Ip {
  const found = interfaces[link]?.find(({family}) => family === 'IPv4')
  if (found) return parseIp(found.address)
  const names = Object.keys(interfaces).filter(other => other !== 'lo')
  throw new UsageError(
    `${link} has no IPv4 address; choose a link with --interface (there are: ${names.join(', ') || 'none'})`,
  )
}

function checked<T>(flag: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof NetError) throw new UsageError(`${flag}: ${error.message}`)
    throw error
  }
}
