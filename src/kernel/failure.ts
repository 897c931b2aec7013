import {KernelError} from './kernel.ts'
import {commandOf, type Line} from './print.ts'

/** The error for a line that a tool refused, with the command that repeats it by hand. */
export function opFailed({
  netns,
  line,
  said,
  cause,
}: {
  netns: string
  line: Line
  said: string
  cause?: unknown
}): KernelError {
  const message = `${said}: ${commandOf(line)} (in network namespace ${netns})`
  return new KernelError(message, {code: 'op-failed', netns, line: line.line, cause})
}

export function noSuchNetns(netns: string): KernelError {
  return new KernelError(`There is no network namespace ${netns}`, {code: 'no-such-netns', netns})
}

export function netnsExists(netns: string): KernelError {
  return new KernelError(`There is a network namespace ${netns} already`, {code: 'netns-exists', netns})
}

/** The Debian package that each program comes from. */
const packages: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  bridge: 'iproute2',
  sysctl: 'procps',
  nsenter: 'util-linux',
  'iptables-save': 'iptables',
  'iptables-restore': 'iptables',
  'ip6tables-save': 'iptables',
  'ip6tables-restore': 'iptables',
  nft: 'nftables',
  conntrack: 'conntrack',
}

export function toolMissing(tool: string, netns: string): KernelError {
  const remedy = packages[tool]
    ? `; it comes with the package ${packages[tool]}: apt-get install ${packages[tool]}`
    : ''
  return new KernelError(`The program ${tool} is missing${remedy}`, {code: 'tool-missing', netns})
}
