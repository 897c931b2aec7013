import type {IncomingMessage, RequestListener, Server} from 'node:http'
import {createServer} from '../../net/http.ts'
import {httpSocket} from './listen.ts'
import {NginxError, parseNginxConfig} from './nginx-config.ts'
import {type NginxLocation, type NginxServer, type Scope, serversOf} from './nginx-servers.ts'
import type {PlayedServer, Program, ProgramContext} from './program.ts'
import {accessLine, answerFile, type WebServer} from './static-files.ts'

/**
 * nginx, with the servers that its image's folder /etc/nginx/conf.d describes, or what a ConfigMap has put there. What it cannot start
 * with it prints, and ends.
 */
export const nginx: Program = context => {
  try {
    const servers = readServers(context)
    const ports = [...new Set(servers.flatMap(server => server.ports.map(({port}) => port)))]
    return all(ports.map(port => httpSocket(serverAt(port, servers, context), port)))
  } catch (error) {
    if (!(error instanceof NginxError)) throw error
    context.log(error.message)
    setImmediate(() => context.exit(1))
    return all([])
  }
}

const folder = '/etc/nginx/conf.d'

/** The servers of all files there, in the order of their names. */
export function readServers({readFile, listFiles}: Pick<ProgramContext, 'readFile' | 'listFiles'>) {
  const files = listFiles(folder).filter(name => name.endsWith('.conf') && !name.startsWith('.'))
  return files.toSorted().flatMap(name => {
    const file = `${folder}/${name}`
    return serversOf(parseNginxConfig(readFile(file)?.toString() ?? '', file), file)
  })
}

function all(servers: readonly PlayedServer[]): PlayedServer {
  return {
    sockets: servers.flatMap(({sockets}) => sockets),
    close: () => {
      for (const server of servers) server.close()
    },
  }
}

function serverAt(port: number, servers: readonly NginxServer[], context: ProgramContext): Server {
  const own = servers.filter(({ports}) => ports.some(one => one.port === port))
  const standard =
    own.find(({ports}) => ports.some(one => one.port === port && one.isDefault)) ?? (own[0] as NginxServer)
  const listener: RequestListener = (request, response) => {
    const {status, body, ...rest} = answerOf(nameOf(request, own) ?? standard, request, context)
    response.writeHead(status, {server: web.name, 'content-length': body.length, ...headersOf(rest)})
    response.end(request.method === 'HEAD' ? undefined : body)
    context.log(accessLine(request, status, body.length))
  }
  const isSecure = own.some(({ports}) => ports.some(one => one.port === port && one.secure))
  if (!isSecure) return createServer(listener)
  const {createServer: createSecureServer} = process.getBuiltinModule('node:https')
  const [cert, key] = [fileOf(standard.certificate, context), fileOf(standard.key, context)]
  try {
    return createSecureServer({cert, key}, listener)
  } catch (error) {
    throw new NginxError(`cannot load certificate "${standard.certificate}": ${(error as Error).message}`)
  }
}

function fileOf(path: string | undefined, {readFile}: ProgramContext): Buffer {
  if (path === undefined) throw new NginxError('no "ssl_certificate" is defined for the "listen ... ssl" directive')
  const bytes = readFile(path)
  if (bytes) return bytes
  throw new NginxError(`cannot load certificate "${path}": BIO_new_file() failed (No such file or directory)`)
}

function nameOf({headers: {host = ''}}: IncomingMessage, servers: readonly NginxServer[]): NginxServer | undefined {
  return servers.find(({names}) => names.includes(host.replace(/:\d+$/, '')))
}

type Said = {readonly status: number; readonly body: Buffer; readonly type?: string; readonly location?: string}

function answerOf(server: NginxServer, request: IncomingMessage, context: ProgramContext): Said {
  const scope: Scope = {...server, ...locationFor(server, request)}
  const {answer, root = '/usr/share/nginx/html', index} = scope
  if (!answer) return answerFile({...web, folder: root, ...(index && {index})}, request, context.readFile)
  const {code, text} = answer
  if (code >= 300 && code < 400) return {status: code, body: Buffer.alloc(0), location: text}
  return {status: code, body: Buffer.from(text), type: 'text/plain'}
}

function headersOf({type, location}: Pick<Said, 'type' | 'location'>) {
  return {...(type !== undefined && {'content-type': type}), ...(location !== undefined && {location})}
}

/* An exact one wins, else the longest. */
function locationFor({locations}: NginxServer, {url = '/'}: IncomingMessage): NginxLocation | undefined {
  const [path = '/'] = url.split('?')
  const exact = locations.find(location => location.exact && location.path === path)
  const prefixes = locations.filter(location => !location.exact && path.startsWith(location.path))
  return exact ?? prefixes.sort((one, other) => other.path.length - one.path.length)[0]
}

const web: WebServer = {
  folder: '',
  name: 'nginx/1.27.0',
  notFound:
    '<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx/1.27.0</center>\n</body>\n</html>\n',
}
