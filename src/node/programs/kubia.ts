import {createServer} from 'node:http'
import {httpSocket} from './listen.ts'
import type {Program} from './program.ts'

/** luksa/kubia: HTTP on 8080, every request is answered with the host's name, and its sender logged. */
export const kubia: Program = ({hostname, log}) => {
  log('Kubia server starting...')
  const server = createServer((request, response) => {
    log(`Received request from ${request.socket.remoteAddress}`)
    response.writeHead(200)
    response.end(`You've hit ${hostname}\n`)
  })
  return httpSocket(server, 8080)
}
