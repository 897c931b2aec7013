import {familyOf, type Ip} from '../../net/ip.ts'

/**
 * The kernel remembers every connection (conntrack), UDP "connections" too: packets between the same two sockets. A remembered one meets no
 * rule of nat any more, so that a client of UDP which never stops sending goes on to an endpoint that has gone, or to a refusal from
 * the time before there was one. Whoever changes the rules makes the kernel forget such connections; the next packet begins anew.
 *
 * Here are the connections that are meant: those to which every field that is given applies.
 */
export type Flows = {
  readonly protocol: FlowProtocol
  /** Where the client sends to. */
  readonly to?: Ip
  /** The port that the client sends to. */
  readonly port?: number
  /** Where the packets go in truth, as their destination was rewritten. */
  readonly nattedTo?: Ip
}

export type FlowProtocol = 'tcp' | 'udp' | 'sctp'

/** The same of one connection. */
export type Connection = {
  readonly protocol: FlowProtocol
  readonly to: Ip
  readonly port: number
  readonly nattedTo?: Ip
}

/** What a person would type after `conntrack` to make the kernel forget them. */
export function printDeletion({protocol, to, port, nattedTo}: Flows): string {
  const isIpv6 = [to, nattedTo].some(ip => ip !== undefined && familyOf(ip) === 'IPv6')
  return [
    '-D',
    ...(isIpv6 ? ['-f', 'ipv6'] : []),
    ...(to === undefined ? [] : ['--orig-dst', to]),
    ...['-p', protocol],
    ...(port === undefined ? [] : ['--dport', port]),
    ...(nattedTo === undefined ? [] : ['--dst-nat', nattedTo]),
  ].join(' ')
}

/** Whether a connection is one of those meant: eight questions to a set, however many are meant. */
export function isAmong(flows: readonly Flows[]): (connection: Connection) => boolean {
  const keys = new Set(flows.map(keyOf))
  return ({protocol, to, port, nattedTo}) =>
    [{}, {to}].some(a =>
      [{}, {port}].some(b =>
        [{}, ...(nattedTo === undefined ? [] : [{nattedTo}])].some(c => keys.has(keyOf({protocol, ...a, ...b, ...c}))),
      ),
    )
}

function keyOf({protocol, to = '', port = '', nattedTo = ''}: {[name in keyof Flows]?: string | number}): string {
  return `${protocol} ${to} ${port} ${nattedTo}`
}
