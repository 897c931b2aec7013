import type {Server} from 'node:http'
import {createServer} from '../../net/http.ts'
import {httpSocket} from './listen.ts'
import type {Program, ProgramContext} from './program.ts'

/** luksa/kubia: HTTP on 8080, every request is answered with the host's name, and its sender logged. */
export const kubia: Program = context => httpSocket(kubiaServer(context), 8080)

/** The server itself, which does not listen yet. */
export function kubiaServer({hostname, log}: Pick<ProgramContext, 'hostname' | 'log'>): Server {
  log('Kubia server starting...')
  return createServer((request, response) => {
    log(`Received request from ${request.socket.remoteAddress}`)
    response.writeHead(200)
    response.end(`You've hit ${hostname}\n`)
  })
}
