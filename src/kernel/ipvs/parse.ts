import {parseIp} from '../../net/ip.ts'
import {type IpvsConnections, type IpvsTable, type VirtualServer, virtualServerKey} from './table.ts'

/** Text that is no output of ipvsadm. */
export class IpvsError extends Error {
  override readonly name = 'IpvsError'
}

const protocols: Readonly<Record<string, VirtualServer['protocol']>> = {
  '-t': 'tcp',
  '-u': 'udp',
  '--sctp-service': 'sctp',
  TCP: 'tcp',
  UDP: 'udp',
  SCTP: 'sctp',
}

/** Reads what `ipvsadm -Sn` prints. Virtual servers of other kinds (a firewall mark, IPv6) are others'. Throws IpvsError with the line. */
export function parseIpvsTable(text: string): IpvsTable {
  const table = new Map<string, Growing>()
  for (const line of text.split('\n')) if (line.trim() !== '') read(line, table)
  return Object.fromEntries(table)
}

type Growing = Omit<VirtualServer, 'servers'> & {readonly servers: Record<string, number>}

function read(line: string, table: Map<string, Growing>): void {
  const [verb = '', option = '', place = '', ...words] = line.trim().split(/\s+/)
  if (verb !== '-A' && verb !== '-a') throw new IpvsError(`"${line}" is no line of ipvsadm -Sn`)
  const address = addressed(option, place)
  if (address === undefined) {
    if (option === '-f' || place.startsWith('[')) return
    throw new IpvsError(`"${line}": expected -t, -u or --sctp-service with ADDRESS:PORT`)
  }
  const settings = pairs(words, line)
  const key = virtualServerKey(address)
  if (verb === '-A') {
    table.set(key, {...address, ...settingsOf(settings, line), servers: {}})
    return
  }
  const server = table.get(key)
  if (server === undefined) throw new IpvsError(`"${line}" adds to a virtual server that was not added`)
  server.servers[settings['-r'] ?? ''] = Number(settings['-w'])
}

/** Reads the connections that `ipvsadm -Ln` counts. */
export function parseIpvsConnections(text: string): IpvsConnections {
  const found: Record<string, Record<string, {active: number; inactive: number}>> = {}
  let servers: Record<string, {active: number; inactive: number}> | undefined
  for (const line of text.split('\n')) {
    const [first = '', place = '', , , active, inactive] = line.trim().split(/\s+/)
    if (first === '->' && active !== undefined && inactive !== undefined && /^\d+$/.test(active)) {
      if (servers) servers[place] = {active: Number(active), inactive: Number(inactive)}
      continue
    }
    const address = addressed(first, place)
    if (address === undefined) continue
    servers = {}
    found[virtualServerKey(address)] = servers
  }
  return found
}

function addressed(option: string, place: string): Pick<VirtualServer, 'protocol' | 'ip' | 'port'> | undefined {
  const protocol = Object.hasOwn(protocols, option) ? protocols[option] : undefined
  const [, ip, port] = /^([\d.]+):(\d+)$/.exec(place) ?? []
  return protocol === undefined || ip === undefined ? undefined : {protocol, ip: parseIp(ip), port: Number(port)}
}

/* `-s rr -p 10800`: an option and its value, or an option alone (`-m`). */
function pairs(words: readonly string[], line: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (!word.startsWith('-')) throw new IpvsError(`"${line}": "${word}" is not understood`)
    const next = words[at + 1]
    if (next === undefined || next.startsWith('-')) found[word] = ''
    else {
      found[word] = next
      at += 1
    }
  }
  return found
}

function settingsOf(
  settings: Readonly<Record<string, string>>,
  line: string,
): Pick<VirtualServer, 'scheduler' | 'persistSeconds' | 'flags'> {
  const {'-s': scheduler, '-p': persistence, '-b': flags} = settings
  if (!scheduler) throw new IpvsError(`"${line}" names no scheduler`)
  return {
    scheduler,
    ...(persistence !== undefined && {persistSeconds: Number(persistence)}),
    ...(flags !== undefined && {flags}),
  }
}
