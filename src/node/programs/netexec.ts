import type {Server} from 'node:http'
import {createServer} from '../../net/http.ts'
import {flagsOf, portFlag} from './flags.ts'
import {httpSocket} from './listen.ts'
import type {PlayedServer, Program, ProgramContext} from './program.ts'
import {udpSocket} from './udp-socket.ts'

/**
 * `agnhost netexec`: HTTP on --http-port (8080) and UDP on --udp-port (8081; -1 for none). HTTP paths: /, /hostname, /clientip, /echo?msg=,
 * /healthz, /exit?code=, /shutdown. UDP words: hostname, clientip, echo TEXT.
 */
export const netexec: Program = context => {
  const flags = flagsOf(context.argv.slice(2), ['http-port', 'udp-port', 'tls-cert-file', 'delay-shutdown'])
  const http = httpSocket(netexecServer(context), portFlag(flags['http-port'], 8080))
  const udpPort = flags['udp-port'] ?? '8081'
  const udp = udpPort === '-1' ? undefined : udpSocket(portFlag(udpPort, 8081), answerDatagram(context))
  return both(http, udp)
}

/** The HTTP server itself, which does not listen yet. */
export function netexecServer({hostname, exit, log}: Pick<ProgramContext, 'hostname' | 'exit' | 'log'>): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://netexec')
    const {remoteAddress = '', remotePort = 0} = request.socket
    log(`${request.method} ${url.pathname}`)
    const say = (text: string, status = 200) => response.writeHead(status, {'content-type': 'text/plain'}).end(text)
    switch (url.pathname) {
      case '/':
        return say(`NOW: ${new Date().toISOString()}`)
      case '/hostname':
      case '/hostName':
        return say(hostname)
      case '/clientip':
        return say(`${remoteAddress.replace('::ffff:', '')}:${remotePort}`)
      case '/echo':
        return say(url.searchParams.get('msg') ?? '', Number(url.searchParams.get('code') ?? 200))
      case '/healthz':
        return say('')
      case '/exit':
        return exit(Number(url.searchParams.get('code') ?? 0))
      case '/shutdown':
        return exit(0)
      default:
        return say(`podlab's netexec does not play ${url.pathname}\n`, 404)
    }
  })
}

/** What netexec answers to a datagram. */
export function answerDatagram({hostname}: Pick<ProgramContext, 'hostname'>) {
  return (message: string, from: {readonly address: string; readonly port: number}): string => {
    const words = message.trim()
    const [word = ''] = words.split(' ', 1)
    switch (word.toLowerCase()) {
      case 'hostname':
        return hostname
      case 'clientip':
        return `${from.address}:${from.port}`
      case 'echo':
        return words.slice('echo '.length)
      default:
        return ''
    }
  }
}

function both(first: PlayedServer, second: PlayedServer | undefined): PlayedServer {
  return {
    sockets: [...first.sockets, ...(second?.sockets ?? [])],
    close: () => {
      first.close()
      second?.close()
    },
  }
}
