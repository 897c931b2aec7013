import {connect} from 'node:net'
import {networkInterfaces} from 'node:os'
import {CorefileError} from '../../dns/corefile/corefile-error.ts'
import {createExchange} from '../../dns/exchange.ts'
import {createDnsServer, type DnsServer} from '../../dns/server.ts'
import {flagsOf} from '../../node/programs/flags.ts'
import type {PlayedServer, Program, ProgramContext} from '../../node/programs/program.ts'
import {openUdp} from '../../node/programs/udp-socket.ts'
import {openDoors} from './doors.ts'
import {namesView} from './names-view.ts'

/**
 * CoreDNS as podlab plays it: `/coredns -conf FILE`. It answers in the pod's network, by the pod's /etc/resolv.conf and by the Corefile that the
 * container sees, which it looks at again and again. A Corefile that is wrong ends it with code 1, and a word in its log.
 */
export const coredns: Program = context => {
  try {
    return start(context)
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error
    return endSoon(context, error.message)
  }
}

function start(context: ProgramContext): PlayedServer {
  const {argv, log, inNetwork, exit} = context
  const {conf: path = 'Corefile'} = flagsOf(argv.slice(1), ['conf'])
  const read = (file: string) => context.readFile(file)?.toString()
  const corefile = read(path)
  if (corefile === undefined) return endSoon(context, `open ${path}: no such file or directory`)
  const {view, known, wantPods} = namesView()
  const exchange = createExchange({
    openUdp: () => inNetwork(() => openUdp(0).socket),
    connect: ({address, port}) =>
      inNetwork(() => connect({host: 'server', port, lookup: atOnce(address), autoSelectFamily: false})),
  })
  const server = createDnsServer({
    ...{corefile, file: path, view, log, readFile: read, exchange: exchange.exchange},
    ownAddresses: ownAddresses(),
    now: Date.now,
    fatal: message => {
      log(`[FATAL] ${message}`)
      exit(1)
    },
  })
  if (needsPods(corefile)) wantPods()
  const doors = openDoors(server, known)
  const {sockets} = doors
  const timer = setInterval(followCorefile(), lookEveryMs)
  return {
    sockets,
    close: () => {
      clearInterval(timer)
      doors.close()
      exchange.close()
      server.close()
    },
  }

  function followCorefile(): () => void {
    let last = corefile
    return () => {
      const text = read(path)
      if (text === undefined || text === last || server.reloadEvery === undefined) return
      last = text
      take(text, server)
    }
  }

  function take(text: string, running: DnsServer): void {
    if (running.reload(text)) return
    if (needsPods(text)) wantPods()
    try {
      inNetwork(doors.follow)
    } catch (error) {
      log(`[ERROR] ${(error as Error).message}`)
    }
  }
}

/** How often the Corefile is looked at, in ms: a learner does not want to wait for the half minute of CoreDNS. */
const lookEveryMs = 1000

/* The process that stands for the program has to be there before it can end. */
function endSoon({log, exit}: ProgramContext, message: string): PlayedServer {
  log(message)
  setImmediate(() => exit(1))
  return {sockets: [], close: () => undefined}
}

/* Names of pods are checked against those that there are only where the Corefile wants it. */
function needsPods(corefile: string): boolean {
  return /\b(verified|autopath)\b/.test(corefile)
}

/* Node makes a socket at once, in this namespace, when the address is told at once, as of a name. */
function atOnce(address: string) {
  const family = address.includes(':') ? 6 : 4
  return (_name: string, _options: object, told: (error: null, address: string, family: number) => void) =>
    told(null, address, family)
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({internal}) => !internal).map(({address}) => address),
  )
}
