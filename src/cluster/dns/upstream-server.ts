import {createSocket, type Socket as UdpSocket} from 'node:dgram'
import {createServer, type Socket} from 'node:net'
import type {Logger} from 'pino'
import type {DnsServer} from '../../dns/server.ts'
import type {Lab} from '../../lab/lab.ts'
import type {Outside} from './outside.ts'
import {upstreamAddress, upstreamCorefile} from './upstream.ts'

/**
 * The DNS server of the underlay, at the router's address in the daemon's own network. Labs start without it: it is loaded when somebody
 * asks for the first time.
 */
export function serveUpstream(lab: Lab, log: Logger, outside?: Outside): void {
  const address = upstreamAddress(lab)
  if (address === undefined) return
  let loading: ReturnType<typeof load> | undefined
  const loaded = () => {
    loading ??= load(lab, outside, line => log.info({from: 'upstream DNS'}, line))
    return loading
  }
  const failed = (error: Error) => log.error({err: error}, 'the DNS server of the underlay has failed')

  const udp = createSocket('udp4')
  udp.on('error', failed)
  udp.on('message', (bytes, {address: client, port}) => {
    loaded()
      .then(({server}) => server.answer(bytes, {address: client, port, protocol: 'udp'}, dnsPort))
      .then(answer => {
        if (answer) udp.send(answer, port, client, () => undefined)
      })
      .catch(failed)
  })
  udp.bind(dnsPort, address)

  const waiting: Socket[] = []
  const tcp = createServer({pauseOnConnect: true}, socket => {
    socket.on('error', () => undefined)
    waiting.push(socket)
    loaded()
      .then(({serveTcp, server}) => {
        tcp.removeAllListeners('connection')
        serveTcp(server, tcp, dnsPort)
        tcp.on('connection', socket => socket.resume()) // it begins paused
        for (const early of waiting.splice(0)) {
          tcp.emit('connection', early)
          early.resume()
        }
      })
      .catch(failed)
  })
  tcp.on('error', failed)
  tcp.listen(dnsPort, address)
}

const dnsPort = 53

async function load(lab: Lab, outside: Outside | undefined, log: (line: string) => void) {
  const [{createDnsServer}, {serveTcp}, {toldView}, {createExchange}] = await Promise.all([
    import('../../dns/server.ts'),
    import('../../dns/serve.ts'),
    import('../../dns/view.ts'),
    import('../../dns/exchange.ts'),
  ])
  const view = toldView()
  view.sync()
  const {exchange} = createExchange({
    openUdp: () => openOutside(outside),
    connect: () => {
      throw new Error('outside the lab only UDP is spoken')
    },
  })
  const corefile = upstreamCorefile(lab, outside?.servers)
  const server = createDnsServer({corefile, view, exchange, log, now: Date.now})
  const known: DnsServer = {...server, answer: (...query) => unknownNames(server.answer(...query))}
  return {server: outside ? server : known, serveTcp}
}

function openOutside(outside: Outside | undefined): UdpSocket {
  if (outside === undefined) throw new Error('this server asks nobody')
  const socket = createSocket('udp4')
  socket.bind({fd: outside.descriptor})
  return socket
}

type Answer = ReturnType<DnsServer['answer']>

/*
 * A hosts file knows of no zone that a name could be missing in, so that CoreDNS answers "failed" for what is not in it. Here it is all that
 * there is outside: there is no such name.
 */
function unknownNames(answer: Answer): Answer {
  if (answer instanceof Promise) return answer.then(unknownNames)
  const flags = answer?.readUInt16BE(2) ?? 0
  if (answer && (flags & codes) === failedCode) answer.writeUInt16BE((flags & ~codes) | noSuchName, 2)
  return answer
}

const codes = 15
const failedCode = 2
const noSuchName = 3
