import {createSocket} from 'node:dgram'
import {createServer, type Socket} from 'node:net'
import type {Logger} from 'pino'
import type {DnsServer} from '../../dns/server.ts'
import type {Lab} from '../../lab/lab.ts'
import {upstreamAddress, upstreamCorefile} from './upstream.ts'

/**
 * The DNS server of the underlay, at the router's address in the daemon's own network. Labs start without it: it is loaded when somebody
 * asks for the first time.
 */
export function serveUpstream(lab: Lab, log: Logger): void {
  const address = upstreamAddress(lab)
  if (address === undefined) return
  let loading: ReturnType<typeof load> | undefined
  const loaded = () => {
    loading ??= load(upstreamCorefile(lab), line => log.info({from: 'upstream DNS'}, line))
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

async function load(corefile: string, log: (line: string) => void) {
  const [{createDnsServer}, {serveTcp}, {toldView}] = await Promise.all([
    import('../../dns/server.ts'),
    import('../../dns/serve.ts'),
    import('../../dns/view.ts'),
  ])
  const view = toldView()
  view.sync()
  const exchange = async () => {
    throw new Error('this server asks nobody')
  }
  const server = createDnsServer({corefile, view, exchange, log, now: Date.now})
  return {
    server: {...server, answer: (...query) => unknownNames(server.answer(...query))} satisfies DnsServer,
    serveTcp,
  }
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
