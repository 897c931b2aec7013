import type {Server} from 'node:http'
import {createServer} from '../../net/http.ts'
import {flagsOf, portFlag} from './flags.ts'
import {httpSocket} from './listen.ts'
import type {Program, ProgramContext} from './program.ts'

/** `agnhost serve-hostname` and the older `serve_hostname`: HTTP on --port (9376); every request is answered with the host's name. */
export const serveHostname: Program = context => {
  const flags = flagsOf(context.argv.slice(context.argv[1] === 'serve-hostname' ? 2 : 1), ['port', 'http'])
  return httpSocket(hostnameServer(context), portFlag(flags.port, 9376))
}

/** The server itself, which does not listen yet. */
export function hostnameServer({hostname, log}: Pick<ProgramContext, 'hostname' | 'log'>): Server {
  return createServer((request, response) => {
    log(`HTTP request from ${request.socket.remoteAddress}`)
    response.end(hostname)
  })
}
