import type {OlderForm} from './kind.ts'

/*
 * Ingresses of the beta versions name a backend in two fields, `serviceName` and `servicePort`, where the stored version has
 * `service: {name, port: {number | name}}`, and what serves the rest is `backend` instead of `defaultBackend`.
 */

/** What an Ingress of a beta version says, in the fields of the stored one, and back. */
export const olderIngress: OlderForm = {
  read: value =>
    within(value, 'spec', ({backend, ...spec}) =>
      eachPath({...spec, ...(backend !== undefined && {defaultBackend: readBackend(backend)})}, readPath),
    ),
  show: object =>
    within(object, 'spec', ({defaultBackend, ...spec}) =>
      eachPath({...spec, ...(defaultBackend !== undefined && {backend: showBackend(defaultBackend)})}, showPath),
    ),
}

type Fields = Readonly<Record<string, unknown>>

/* Only the stored version insists on the type of a path. */
function readPath(path: unknown): unknown {
  const {pathType = undefined} = isFields(path) ? path : {}
  const typed = isFields(path) && !pathType ? {...path, pathType: 'ImplementationSpecific'} : path
  return changed(typed, 'backend', readBackend)
}

function showPath(path: unknown): unknown {
  return changed(path, 'backend', showBackend)
}

function readBackend(value: unknown): unknown {
  if (!isFields(value)) return value
  const {serviceName, servicePort, ...rest} = value
  if (serviceName === undefined && servicePort === undefined) return value
  const port = typeof servicePort === 'string' ? {name: servicePort} : {number: servicePort}
  return {...rest, service: {name: serviceName, ...(servicePort !== undefined && {port})}}
}

function showBackend(value: unknown): unknown {
  if (!isFields(value) || !isFields(value.service)) return value
  const {service, ...rest} = value
  const {name, port} = service as {name?: unknown; port?: {name?: unknown; number?: unknown}}
  const servicePort = port?.name ?? port?.number
  return {...rest, serviceName: name, ...(servicePort !== undefined && {servicePort})}
}

/** The specification with every path changed. */
function eachPath(spec: Fields, change: (path: unknown) => unknown): Fields {
  const rule = (value: unknown) =>
    within(value, 'http', http => (Array.isArray(http.paths) ? {...http, paths: http.paths.map(change)} : http))
  return Array.isArray(spec.rules) ? {...spec, rules: spec.rules.map(rule)} : spec
}

function within<T>(value: T, key: string, change: (inner: Fields) => Fields): T {
  return changed(value, key, inner => (isFields(inner) ? change(inner) : inner))
}

/** The value with one field changed, where it has it. */
function changed<T>(value: T, key: string, change: (inner: unknown) => unknown): T {
  return isFields(value) && value[key] !== undefined ? {...value, [key]: change(value[key])} : value
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
