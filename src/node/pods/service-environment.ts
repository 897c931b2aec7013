import type {Service} from '../../objects/service.ts'

/**
 * The variables by which a container finds Services without DNS: all that have a cluster IP in its namespace, and the one of the API server. They are
 * what they are when the container starts: a Service made later is never among them. Without links only the API server's are given.
 */
export function serviceEnvironment(
  services: Iterable<Service>,
  {namespace, links}: {readonly namespace: string; readonly links: boolean},
): Readonly<Record<string, string>> {
  const found = new Map<string, Service>()
  for (const service of services) {
    const {name} = service.metadata
    const isMaster = service.metadata.namespace === 'default' && name === 'kubernetes'
    const isOwn = service.metadata.namespace === namespace
    if (!hasAddress(service) || !(isMaster || (links && isOwn))) continue
    if (isOwn || !found.has(name)) found.set(name, service)
  }
  const names = [...found.keys()].toSorted()
  return Object.assign({}, ...names.map(name => variablesOf(name, found.get(name))))
}

function hasAddress({spec}: Service): boolean {
  return spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None'
}

function variablesOf(service: string, object: Service | undefined): Readonly<Record<string, string>> {
  const {clusterIP: ip = '', ports = []} = object?.spec ?? {}
  const [first] = ports
  if (!first) return {}
  const name = variableName(service)
  const host = ip.includes(':') ? `[${ip}]` : ip
  const urlOf = ({protocol = 'TCP', port}: (typeof ports)[number]) => `${protocol.toLowerCase()}://${host}:${port}`
  const variables: Record<string, string> = {
    [`${name}_SERVICE_HOST`]: ip,
    [`${name}_SERVICE_PORT`]: `${first.port}`,
  }
  for (const port of ports) if (port.name) variables[`${name}_SERVICE_PORT_${variableName(port.name)}`] = `${port.port}`
  variables[`${name}_PORT`] = urlOf(first)
  for (const {protocol = 'TCP', port} of ports) {
    const prefix = `${name}_PORT_${port}_${protocol.toUpperCase()}`
    variables[prefix] = urlOf({protocol, port})
    variables[`${prefix}_PROTO`] = protocol.toLowerCase()
    variables[`${prefix}_PORT`] = `${port}`
    variables[`${prefix}_ADDR`] = ip
  }
  return variables
}

/* redis-master becomes REDIS_MASTER */
function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}
