import type {Server} from 'node:http'
import {createServer} from '../../net/http.ts'
import {httpSocket} from './listen.ts'
import type {Program} from './program.ts'

/**
 * The hosts of a lab's internet: HTTP on port 80. The argument maps the address that is asked to its answer. A host without one says
 * whom it takes its caller for: `You came from 10.0.20.11`. Every answer says so in a header, and every request is logged.
 */
export const internet: Program = ({argv, log}) => httpSocket(internetServer(JSON.parse(argv[1] ?? '{}'), log), 80)

/** The server itself, which does not listen yet. */
export function internetServer(answers: Readonly<Record<string, string>>, log: (line: string) => void): Server {
  return createServer(({socket, method, url}, response) => {
    const [from, to] = [plain(socket.remoteAddress), plain(socket.localAddress)]
    log(`${to}: ${method} ${url} from ${from}`)
    response.writeHead(200, {'content-type': 'text/plain', 'x-came-from': from})
    response.end(`${answers[to] || `You came from ${from}`}\n`)
  })
}

/** An IPv4 address as people write it, also where the socket takes both kinds. */
function plain(address = ''): string {
  return address.replace(/^::ffff:/, '')
}
