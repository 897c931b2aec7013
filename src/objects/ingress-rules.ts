import {dnsSubdomain, ipAddress, portName, serviceName} from './format.ts'
import type {Ingress, IngressBackend, IngressPath, IngressRule} from './ingress.ts'
import {invalid, invalidText, type Mistake, type Path, required} from './mistake.ts'
import {anything, integer, list, oneOf, record, type Schema, string, text} from './schema.ts'

const backendSchema = record({
  service: record(
    {
      name: text(serviceName),
      port: record({name: text(portName), number: integer(0, 65535, 'must be between 1 and 65535, inclusive')}),
    },
    ['name'],
  ),
  resource: record({apiGroup: string, kind: string, name: string}, ['kind', 'name']),
})

const pathSchema = record(
  {path: string, pathType: oneOf('Exact', 'ImplementationSpecific', 'Prefix'), backend: backendSchema},
  ['backend'],
)

export const ingressFields: Readonly<Record<string, Schema>> = {
  spec: record({
    ingressClassName: text(dnsSubdomain),
    defaultBackend: backendSchema,
    tls: list(record({hosts: list(string), secretName: text(dnsSubdomain)})),
    rules: list(record({host: string, http: record({paths: list(pathSchema)}, ['paths'])})),
  }),
  status: record({
    loadBalancer: record({ingress: list(record({ip: string, hostname: string, ports: list(anything)}))}),
  }),
}

const nothing = 'either `defaultBackend` or `rules` must be specified'

export function ingressMistakes({spec}: Ingress): Mistake[] {
  const {rules = [], defaultBackend, tls = []} = spec
  return [
    ...(rules.length === 0 && !defaultBackend
      ? [invalidText(['spec'], `[]networking.IngressRule${spec.rules ? '{}' : '(nil)'}`, nothing)]
      : []),
    ...(defaultBackend ? backendMistakes(defaultBackend, ['spec', 'defaultBackend']) : []),
    ...rules.flatMap((rule, index) => ruleMistakes(rule, ['spec', 'rules', index])),
    ...tls.flatMap(({hosts = []}, index) =>
      hosts.flatMap((host, place) => nameMistakes(host, ['spec', 'tls', index, 'hosts', place])),
    ),
  ]
}

function ruleMistakes({host, http}: IngressRule, path: Path): Mistake[] {
  const paths = [...path, 'http', 'paths']
  return [
    ...(host ? hostMistakes(host, [...path, 'host']) : []),
    ...(http && http.paths.length === 0 ? [required(paths)] : []),
    ...(http?.paths ?? []).flatMap((one, index) => pathMistakes(one, [...paths, index])),
  ]
}

function hostMistakes(host: string, path: Path): Mistake[] {
  if (ipAddress(host) === undefined) return [invalid(path, host, 'must be a DNS name, not an IP address')]
  return nameMistakes(host, path)
}

const wildcard =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

function nameMistakes(host: string, path: Path): Mistake[] {
  const why = host.includes('*')
    ? host.startsWith('*.') && dnsSubdomain(host.slice(2)) === undefined
      ? undefined
      : wildcard
    : dnsSubdomain(host)
  return why === undefined ? [] : [invalid(path, host, why)]
}

const forbiddenParts = ['//', '/./', '/../', '%2f', '%2F']
const forbiddenEnds = ['/..', '/.']

function pathMistakes({path: route = '', pathType, backend}: IngressPath, path: Path): Mistake[] {
  const place = [...path, 'path']
  const part = forbiddenParts.find(text => route.includes(text))
  const end = forbiddenEnds.find(text => route.endsWith(text))
  const strict = pathType === 'Exact' || pathType === 'Prefix'
  return [
    ...(pathType === undefined ? [required([...path, 'pathType'], 'pathType must be specified')] : []),
    ...(strict && !route.startsWith('/') ? [invalid(place, route, 'must be an absolute path')] : []),
    ...(strict && part ? [invalid(place, route, `must not contain '${part}'`)] : []),
    ...(strict && end ? [invalid(place, route, `cannot end with '${end}'`)] : []),
    ...(pathType === 'ImplementationSpecific' && route && !route.startsWith('/')
      ? [invalid(place, route, 'must be an absolute path')]
      : []),
    ...backendMistakes(backend, [...path, 'backend']),
  ]
}

function backendMistakes({service, resource}: IngressBackend, path: Path): Mistake[] {
  if (service && resource) return [invalid(path, '', 'cannot set both resource and service backends')]
  if (resource) return []
  if (!service) return [invalid(path, '', 'resource or service backend is required')]
  const {name, number} = service.port ?? {}
  if (name && number) return [invalid(path, '', 'cannot set both port name & port number')]
  return name || number ? [] : [required(path, 'port name or number is required')]
}
