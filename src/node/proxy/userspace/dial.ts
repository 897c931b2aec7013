import {closeSync} from 'node:fs'
import {connect, Socket, type SocketConstructorOpts, type TcpSocketConnectOpts} from 'node:net'
import {afterLull} from '../../../kernel/lull.ts'
import type {Syscalls} from '../../../kernel/syscalls.ts'
import type {Called, Endpoints} from './permitted.ts'
import {vouchedTos} from './vouched.ts'

/** How long each try may take; then the next endpoint has its turn. After the last the client is let go. */
export const dialTimeoutsMs = [250, 500, 1000, 2000] as const

/** Calls in the network namespace of a node; a socket that it makes stays there. */
export type Within = <T>(act: () => T) => T

/** What calls are made with. */
export type Caller = {readonly within: Within; readonly syscalls: Pick<Syscalls, 'markedSocket'>}

/**
 * A connection to the next endpoint that answers. undefined when there is none that may be called, none answered, or this process has no
 * descriptor left: a further try could not have one either.
 */
export async function dialEndpoint(caller: Caller, endpoints: Endpoints): Promise<Socket | undefined> {
  let why: Parameters<Endpoints>[0] = 'first'
  for (const timeoutMs of dialTimeoutsMs) {
    const next = endpoints(why)
    const called = next instanceof Promise ? await next : next
    if (called === undefined) return undefined
    const outcome = await dial(caller, called, timeoutMs)
    if (outcome !== 'no answer') return outcome === 'no room' ? undefined : outcome
    why = 'no answer'
  }
  return undefined
}

/*
 * A socket's namespace is that of the thread when it is made. Node makes it later than `connect` is called, unless it has to look a
 * name up first and is told the address at once.
 */
function dial(
  {within, syscalls}: Caller,
  {endpoint, isVouched}: Called,
  timeoutMs: number,
): Promise<Socket | 'no answer' | 'no room'> {
  const [host = '', port = ''] = endpoint.split(':')
  const place: TcpSocketConnectOpts = {
    ...{host: 'endpoint', port: Number(port), family: 4},
    lookup: (_name, _options, told) => told(null, host, 4),
  }
  const call = () => (isVouched ? vouchedSocket(syscalls).connect(place) : connect({...place, ...ways}))
  return new Promise(resolve => {
    let socket: Socket
    try {
      socket = within(call)
    } catch {
      return resolve('no room')
    }
    const finish = (outcome: Socket | 'no answer' | 'no room') => {
      stop()
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      if (outcome !== socket) socket.destroy()
      resolve(outcome)
    }
    const stop = afterLull(timeoutMs, () => finish('no answer'))
    socket.once('connect', () => finish(socket))
    socket.once('error', ({code}: NodeJS.ErrnoException) =>
      finish(code === 'EMFILE' || code === 'ENFILE' ? 'no room' : 'no answer'),
    )
  })
}

const ways = {noDelay: true, allowHalfOpen: true}

/* Marked before it calls: the first packet is the one that is judged. */
function vouchedSocket(syscalls: Caller['syscalls']): Socket {
  const fd = syscalls.markedSocket({protocol: 'tcp', tos: vouchedTos})
  const options: SocketConstructorOpts & {readonly manualStart: true} = {fd, ...ways, manualStart: true}
  try {
    return new Socket(options)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
