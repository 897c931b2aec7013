import {type Format, ipAddress, portName} from './format.ts'
import {forbidden, invalid, type Mistake, type Path, required} from './mistake.ts'
import {integer, list, record, type Schema, string, text, unsupported} from './schema.ts'

/** What a probe or a lifecycle hook does: exactly one of the four. */
export type Action = {
  /** Runs a program in the container. */
  readonly exec?: {readonly command?: readonly string[]}
  /** Asks the pod from its node. */
  readonly httpGet?: HttpGet
  /** Opens a connection to the pod from its node. */
  readonly tcpSocket?: {readonly port: ProbePort; readonly host?: string}
  /** Only waits; a hook's, not a probe's. */
  readonly sleep?: {readonly seconds: number}
}

export type HttpGet = {
  readonly path?: string
  readonly port: ProbePort
  readonly scheme?: string
  /** An address to ask in place of the pod's. */
  readonly host?: string
  readonly httpHeaders?: readonly {readonly name: string; readonly value?: string}[]
}

/** A number, or the name of one of the container's ports. */
export type ProbePort = number | string

const headerName: Format = name =>
  /^[-A-Za-z0-9]+$/.test(name)
    ? undefined
    : "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"

const port: Schema = {type: 'integerOrString', integer: integer(1, 65535), string: text(portName)}
const host = text(ipAddress)

/** The fields of an action. */
export const actionFields: Readonly<Record<string, Schema>> = {
  exec: record({command: list(string)}),
  httpGet: record(
    {
      path: string,
      port,
      scheme: string,
      host,
      httpHeaders: list(record({name: text(headerName), value: string}, ['name'])),
    },
    ['port'],
  ),
  tcpSocket: record({port, host}, ['port']),
  grpc: unsupported('gRPC probes'),
}

export const sleepSchema: Schema = record({seconds: integer(-(2 ** 31))}, ['seconds'])

/** What the API server fills into an action. */
export function actionDefaults<A extends Action>(action: A): A {
  const {httpGet} = action
  return httpGet
    ? {...action, httpGet: {...httpGet, path: httpGet.path || '/', scheme: httpGet.scheme || 'HTTP'}}
    : action
}

/** What is wrong with an action, its defaults filled in. `graceSeconds` is the pod's. */
export function actionMistakes(action: Action, path: Path, graceSeconds: number): Mistake[] {
  const kinds = (['exec', 'httpGet', 'tcpSocket', 'sleep'] as const).filter(kind => action[kind] !== undefined)
  const [first, ...more] = kinds
  if (first === undefined) return [required(path, 'must specify a handler type')]
  return [
    ...mistakesIn(action, first, {path: [...path, first], graceSeconds}),
    ...more.map(kind => forbidden([...path, kind], 'may not specify more than 1 handler type')),
  ]
}

function mistakesIn(
  {exec, httpGet, sleep}: Action,
  kind: 'exec' | 'httpGet' | 'tcpSocket' | 'sleep',
  {path, graceSeconds}: {readonly path: Path; readonly graceSeconds: number},
): Mistake[] {
  switch (kind) {
    case 'exec':
      return (exec?.command ?? []).length === 0 ? [required([...path, 'command'])] : []
    case 'httpGet':
      return httpGet?.scheme === 'HTTP' ? [] : [schemeMistake([...path, 'scheme'], httpGet?.scheme)]
    case 'tcpSocket':
      return []
    case 'sleep': {
      const seconds = sleep?.seconds ?? 0
      const range = `must be greater than 0 and less than terminationGracePeriodSeconds (${graceSeconds})`
      return seconds > 0 && seconds <= graceSeconds ? [] : [invalid(path, seconds, range)]
    }
  }
}

function schemeMistake(path: Path, scheme: string | undefined): Mistake {
  if (scheme === 'HTTPS') return forbidden(path, 'podlab does not support probes over HTTPS')
  return {path, message: `Unsupported value: ${JSON.stringify(scheme)}: supported values: "HTTP", "HTTPS"`}
}
