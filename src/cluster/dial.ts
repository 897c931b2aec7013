/** Something to try from inside a network namespace. Hosts are addresses: whose names would it be to resolve? */
export type Call =
  | {readonly kind: 'tcp'; readonly host: string; readonly port: number}
  | {readonly kind: 'http'; readonly host: string; readonly port: number; readonly path: string}
  | {readonly kind: 'udp'; readonly host: string; readonly port: number}
  | {readonly kind: 'ping'; readonly host: string}

/**
 * What came of a call, and after how many milliseconds:
 *
 * - `answered`: the connection opened (tcp), the first line of an answer came (http), an echo came (ping), a datagram came back (udp)
 * - `refused`: a reset, or an ICMP port unreachable, in answer to the first packet
 * - `unreachable`: no route, no neighbour, or an ICMP host or network unreachable
 * - `reset`: the connection opened and was cut
 * - `timeout`: nothing came
 * - `failed`: anything else; `said` tells
 */
export type Outcome = {
  readonly came: 'answered' | 'refused' | 'unreachable' | 'reset' | 'timeout' | 'failed'
  readonly milliseconds: number
  readonly said: string
  /** Whether an ICMP "destination unreachable" arrived meanwhile; known only of a call that was alone. */
  readonly icmp?: boolean
}

export type DialOptions = {
  readonly signal: AbortSignal
  /** How long each call may take. */
  readonly timeoutMs: number
  /** How many calls are under way at a time; 1 measures undisturbed. */
  readonly atOnce?: number
  /** How long an open connection is kept to see whether it is cut. */
  readonly lingerMs?: number
}

/** What the dialler reads from its standard input, as JSON; it prints the outcomes in the order of the calls. */
export type DialOrder = {
  readonly calls: readonly Call[]
  readonly timeoutMs: number
  readonly atOnce: number
  readonly lingerMs: number
}
