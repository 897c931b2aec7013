/** What a `kubernetes` block of a Corefile says. */
export type KubernetesConfig = {
  /** In lower case, with a dot at the end. */
  readonly zones: readonly string[]
  /** The first zone that holds no reverse names: answers to reverse queries stand in it. */
  readonly primaryZone: string
  /** Seconds for which an answer may be believed. */
  readonly ttl: number
  /** Names of pods: none; any address that is asked for; those of pods that are there. */
  readonly pods: 'disabled' | 'insecure' | 'verified'
  /** Endpoints without a hostname get their pod's name. */
  readonly endpointPodNames: boolean
  readonly ignoreEmptyService: boolean
  /** These namespaces alone. */
  readonly namespaces?: ReadonlySet<string>
  readonly labels?: (labels: Readonly<Record<string, string>>) => boolean
  readonly namespaceLabels?: (labels: Readonly<Record<string, string>>) => boolean
}

/** The defaults of CoreDNS. */
export function kubernetesDefaults(zones: readonly string[], primaryZone: string): KubernetesConfig {
  return {zones, primaryZone, ttl: 5, pods: 'disabled', endpointPodNames: false, ignoreEmptyService: false}
}
