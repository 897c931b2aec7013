import {type Directive, NginxError} from './nginx-config.ts'

/** A `server` of nginx, as far as podlab plays it. */
export type NginxServer = Scope & {
  readonly ports: readonly {readonly port: number; readonly secure: boolean; readonly isDefault: boolean}[]
  readonly names: readonly string[]
  readonly certificate?: string
  readonly key?: string
  readonly locations: readonly NginxLocation[]
}

/** What a server or a location says of the requests that it is asked. */
export type Scope = {
  readonly root?: string
  readonly index?: readonly string[]
  readonly answer?: {readonly code: number; readonly text: string}
}

export type NginxLocation = Scope & {readonly path: string; readonly exact: boolean}

/** The servers of a configuration file. Throws NginxError, also for what podlab does not play: nothing is passed over in silence. */
export function serversOf(directives: readonly Directive[], file: string): readonly NginxServer[] {
  return directives.flatMap(directive => {
    if (directive.name === 'server' && directive.block) return [serverOf(directive.block, file)]
    if (!quiet.has(directive.name)) throw unknown(directive, file)
    return []
  })
}

/** The port that a server has when none is named. */
const plain = {port: 80, secure: false, isDefault: false}

function serverOf(block: readonly Directive[], file: string): NginxServer {
  const listens = block.filter(({name}) => name === 'listen').flatMap(one => listenOf(one, file))
  const words = (name: string) => block.findLast(directive => directive.name === name)?.words ?? []
  const [certificate] = words('ssl_certificate')
  const [key] = words('ssl_certificate_key')
  const own = ['listen', 'server_name', 'location', 'ssl_certificate', 'ssl_certificate_key']
  return {
    ...scopeOf(block, {file, own}),
    ports: listens.length > 0 || block.some(({name}) => name === 'listen') ? listens : [plain],
    names: words('server_name'),
    ...(certificate !== undefined && {certificate}),
    ...(key !== undefined && {key}),
    locations: block.filter(({name}) => name === 'location').map(one => locationOf(one, file)),
  }
}

/* Pods have no IPv6: what listens there only is not listened to. */
function listenOf({words: [address = '', ...flags], line}: Directive, file: string) {
  if (address.startsWith('[')) return []
  const port = Number(address.replace(/^.*:/, ''))
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new NginxError(`invalid port in "${address}" of the "listen" directive`, {file, line})
  return [{port, secure: flags.includes('ssl'), isDefault: flags.includes('default_server')}]
}

function locationOf({words, block = [], line}: Directive, file: string): NginxLocation {
  const [first = '', second] = words
  if (first.startsWith('~')) throw new NginxError(`podlab's nginx does not play "location ${first}"`, {file, line})
  const path = second ?? first
  return {...scopeOf(block, {file, own: []}), path, exact: first === '='}
}

function scopeOf(block: readonly Directive[], {file, own}: {file: string; own: readonly string[]}): Scope {
  for (const directive of block)
    if (![...own, 'root', 'index', 'return'].includes(directive.name) && !quiet.has(directive.name))
      throw unknown(directive, file)
  const words = (name: string) => block.findLast(directive => directive.name === name)?.words
  const [root] = words('root') ?? []
  const index = words('index')
  const [said, text = ''] = words('return') ?? []
  const code = Number(said)
  const answer = Number.isInteger(code) ? {code, text} : {code: 302, text: said ?? ''}
  return {...(root !== undefined && {root}), ...(index && {index}), ...(said !== undefined && {answer})}
}

/* What changes nothing that podlab plays; `try_files $uri $uri/ =404` is what it does anyway. */
const quiet = new Set(
  'access_log error_log charset keepalive_timeout sendfile tcp_nopush tcp_nodelay gzip default_type server_tokens error_page try_files ssl_protocols ssl_ciphers ssl_session_cache ssl_session_timeout ssl_prefer_server_ciphers client_max_body_size types_hash_max_size'.split(
    ' ',
  ),
)

function unknown({name, line}: Directive, file: string): NginxError {
  return new NginxError(`podlab's nginx does not play the directive "${name}"`, {file, line})
}
