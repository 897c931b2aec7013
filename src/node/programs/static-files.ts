import type {IncomingMessage, Server} from 'node:http'
import {extname, posix} from 'node:path'
import {createServer} from '../../net/http.ts'
import type {ProgramContext} from './program.ts'

/** What differs between web servers that serve a folder. */
export type WebServer = {
  readonly folder: string
  /** What is shown for a folder: the first of them that is there. */
  readonly index?: readonly string[]
  /** The Server header. */
  readonly name: string
  /** The page for a path that is not there. */
  readonly notFound: string
}

/** A server of the files below a folder of the container, as they are at the moment of the request. It does not listen yet. */
export function staticFiles(web: WebServer, {readFile, log}: Pick<ProgramContext, 'readFile' | 'log'>): Server {
  return createServer((request, response) => {
    const {status, type, body} = answerFile(web, request, readFile)
    response.writeHead(status, {server: web.name, 'content-type': type, 'content-length': body.length})
    response.end(request.method === 'HEAD' ? undefined : body)
    log(accessLine(request, status, body.length))
  })
}

/** The file that a request means, or why there is none. */
export function answerFile(
  {folder, notFound, index = ['index.html']}: WebServer,
  request: IncomingMessage,
  readFile: ProgramContext['readFile'],
): {status: number; type: string; body: Buffer} {
  const page = (status: number, text: string) => ({status, type: 'text/html', body: Buffer.from(text)})
  if (request.method !== 'GET' && request.method !== 'HEAD') return page(405, '<h1>405 Not Allowed</h1>\n')
  const path = pathOf(request)
  const paths = path === undefined ? [] : path.endsWith('/') ? index.map(name => `${path}${name}`) : [path]
  for (const one of paths) {
    const body = readFile(folder + one)
    if (body) return {status: 200, type: types[extname(one)] ?? 'application/octet-stream', body}
  }
  return page(404, notFound)
}

/* The path below the folder, whatever dots it was written with; undefined when it is no path. */
function pathOf({url = '/'}: IncomingMessage): string | undefined {
  try {
    const path = posix.normalize(decodeURIComponent(url.split('?')[0] ?? '/'))
    if (!path.startsWith('/') || path.includes('\0')) return undefined
    return path
  } catch {
    return undefined
  }
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.txt': 'text/plain',
  '.css': 'text/css',
  '.js': 'application/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** A line of the combined log format that nginx and Apache share. */
export function accessLine(request: IncomingMessage, status: number, bytes: number): string {
  const address = (request.socket.remoteAddress ?? '-').replace('::ffff:', '')
  const {referer = '-', 'user-agent': agent = '-'} = request.headers
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`
  return `${address} - - [${logTime(new Date())}] "${line}" ${status} ${bytes} "${referer}" "${agent}"`
}

/* 20/Nov/2026:17:00:00 +0000 */
function logTime(now: Date): string {
  const [, day, month, year, time] = now.toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
