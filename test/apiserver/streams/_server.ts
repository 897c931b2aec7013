import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {createServer, type IncomingMessage, type Server} from 'node:http'
import {type AddressInfo, connect} from 'node:net'
import {constants} from 'node:os'
import type {Duplex} from 'node:stream'
import type {Upgrade} from '../../../src/apiserver/call.ts'
import type {Containers, ExecOptions, Program} from '../../../src/apiserver/containers.ts'
import {statusOf} from '../../../src/apiserver/status.ts'
import {serveAttach, serveExec} from '../../../src/apiserver/streams/exec.ts'
import {servePortForward} from '../../../src/apiserver/streams/port-forward.ts'
import type {Pod} from '../../../src/objects/pod.ts'

/** The pod `web` with the containers main and side, of which the API server and its nodes know. */
export const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'web', namespace: 'default', uid: '1234'},
  spec: {nodeName: 'near', containers: [{name: 'main', image: 'busybox'}]},
  status: {phase: 'Running'},
} as unknown as Pod

/** Just as much of an API server as its clients need for streams; the containers' programs are processes of this machine. */
export type StreamServer = {
  readonly port: number
  readonly server: Server
  /** All programs that were started. */
  readonly programs: Program[]
  /** How often a program was ended for its client's sake. */
  ended(): number
  close(): Promise<void>
}

export async function streamServer(changes: Partial<Containers> = {}): Promise<StreamServer> {
  const programs: Program[] = []
  let ended = 0
  const exec = async (_place: unknown, options: ExecOptions) => {
    const program = localProgram(options, () => ended++)
    programs.push(program)
    return program
  }
  const containers: Containers = {
    find: async () => undefined,
    exec,
    attach: (place, options) => exec(place, {...options, command: ['cat']}),
    log: async () => {
      throw new Error('not here')
    },
    dial: async (_pod, port) => {
      const socket = connect({port, host: '127.0.0.1', allowHalfOpen: true})
      await once(socket, 'connect')
      return socket
    },
    ...changes,
  }
  const server = createServer((request, response) => {
    const body = answers[new URL(request.url ?? '', 'http://x').pathname]
    response.writeHead(body ? 200 : 404, {'content-type': 'application/json'})
    response.end(JSON.stringify(body ?? {kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, details: {}}))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    serve({request, socket, head}, containers).catch((error: Error) => {
      const body = JSON.stringify(statusOf(error))
      socket.end(
        `HTTP/1.1 ${statusOf(error).code} Refused\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    server,
    programs,
    ended: () => ended,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function serve(connection: Upgrade, containers: Containers): Promise<void> {
  const {pathname, searchParams: query} = new URL(connection.request.url ?? '', 'http://x')
  const call = {pod, query, containers}
  if (pathname.endsWith('/exec')) return serveExec(call, connection)
  return pathname.endsWith('/attach') ? serveAttach(call, connection) : servePortForward(call, connection)
}

const answers: Readonly<Record<string, unknown>> = {
  '/version': {major: '1', minor: '32', gitVersion: 'v1.32.0'},
  '/api': {kind: 'APIVersions', versions: ['v1']},
  '/apis': {kind: 'APIGroupList', apiVersion: 'v1', groups: []},
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      {name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', shortNames: ['po'], verbs: ['get', 'list']},
    ],
  },
  '/api/v1/namespaces/default/pods/web': pod,
}

function localProgram(
  {command: [program = '', ...words], stdin, stdout, stderr}: ExecOptions,
  told: () => void,
): Program {
  const child = spawn(program, words, {
    stdio: [stdin ? 'pipe' : 'ignore', stdout ? 'pipe' : 'ignore', stderr ? 'pipe' : 'ignore'],
  })
  const ended = Promise.withResolvers<number>()
  child.once('exit', (code, signal) => ended.resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  child.once('error', () => ended.resolve(127))
  return {
    stdin: child.stdin ?? undefined,
    stdout: child.stdout ?? undefined,
    stderr: child.stderr ?? undefined,
    resize: () => undefined,
    ended: ended.promise,
    end: () => {
      told()
      child.kill('SIGKILL')
    },
  }
}
