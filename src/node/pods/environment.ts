import type {Ip} from '../../net/ip.ts'
import type {EnvVar} from '../../objects/env.ts'
import type {Pod} from '../../objects/pod.ts'

/** The addresses of a pod that is being started; its status does not have them yet. */
export type PodAddresses = {readonly ip: Ip; readonly hostIp: Ip}

/** The variables that a container's manifest names, in their order: a value may use those before it as `$(NAME)`. */
export function ownEnvironment(
  variables: readonly EnvVar[],
  pod: Pod,
  addresses: PodAddresses,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {}
  for (const {name, value = '', valueFrom} of variables) {
    const field = valueFrom?.fieldRef?.fieldPath
    environment[name] = field === undefined ? expand(value, environment) : fieldOf(field, pod, addresses)
  }
  return environment
}

/** The text with `$(NAME)` replaced by that variable; `$$(NAME)` is a plain `$(NAME)`, and so is a name that nobody gave. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, rest: string, name: string) => {
    if (rest === '$') return '$'
    return Object.hasOwn(environment, name) ? (environment[name] ?? '') : whole
  })
}

function fieldOf(field: string, {metadata, spec}: Pod, {ip, hostIp}: PodAddresses): string {
  const [, map, key = ''] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(field) ?? []
  if (map === 'labels') return metadata.labels?.[key] ?? ''
  if (map === 'annotations') return metadata.annotations?.[key] ?? ''
  const values: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.hostIP': hostIp,
    'status.hostIPs': hostIp,
    'status.podIP': ip,
    'status.podIPs': ip,
  }
  return values[field] ?? ''
}
