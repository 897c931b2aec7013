import type {IncomingMessage, Server} from 'node:http'
import {text} from 'node:stream/consumers'
import {createServer} from '../../net/http.ts'
import {httpSocket} from './listen.ts'
import type {Program, ProgramContext} from './program.ts'

/** jmalloc/echo-server: HTTP on $PORT or 8080; answers with the host's name and the request as it came. */
export const echoServer: Program = context => httpSocket(echoing(context), portOf(context.environment.PORT))

/** The server itself, which does not listen yet. */
export function echoing({hostname, log}: Pick<ProgramContext, 'hostname' | 'log'>): Server {
  return createServer((request, response) => {
    log(`${request.socket.remoteAddress} | ${request.method} ${request.url}`)
    text(request).then(
      body => {
        response.writeHead(200, {'content-type': 'text/plain'})
        response.end(`Request served by ${hostname}\n\n${printRequest(request)}\n${body}`)
      },
      () => response.destroy(), // the client has gone
    )
  })
}

function printRequest({method, url, httpVersion, rawHeaders}: IncomingMessage): string {
  const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}\n`] : []))
  return `${method} ${url} HTTP/${httpVersion}\n\n${headers.join('')}`
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? 8080)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`PORT is "${text}"; expected 1 to 65535`)
  return port
}
