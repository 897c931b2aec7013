/**
 * Where Kubernetes 1.32, which podlab follows, says something else than the 1.20 that was asked, and where podlab means to differ. Each
 * pattern is replaced in the judge's words and in podlab's; what is left must be the same.
 */
export const newer: readonly {readonly why: string; readonly find: RegExp; readonly say: string}[] = [
  {
    why: "1.23 changed its JSON decoder; what the older one says of a value of the wrong type is that library's own",
    find: /(cannot be handled as an? \w+: ).*$/s,
    say: '$1~',
  },
  {
    why: '1.20 said the group in which Ingress and NetworkPolicy began',
    find: /^(Ingress|NetworkPolicy)\.extensions /,
    say: '$1.networking.k8s.io ',
  },
  {
    why: 'said more exactly since',
    find: /failed to allocated ip:(\S+) with error:provided IP is not in/,
    say: 'failed to allocate IP $1: the provided IP ($1) is not in',
  },
  {why: 'spelt right since', find: /failed to allocated ip:(\S+) with error:/, say: 'failed to allocate IP $1: '},
  {
    why: 'IPv6 ranges are named since',
    find: /loopback range \(127\.0\.0\.0\/8\)/,
    say: 'loopback range (127.0.0.0/8, ::1/128)',
  },
  {
    why: 'IPv6 ranges are named since',
    find: /link-local range \(169\.254\.0\.0\/16\)/,
    say: 'link-local range (169.254.0.0/16, fe80::/10)',
  },
  {
    why: 'IPv6 ranges are named since',
    find: /link-local multicast range \(224\.0\.0\.0\/24\)/g,
    say: 'link-local multicast range (224.0.0.0/24, ff02::/10)',
  },
  {
    why: 'reworded since',
    find: /must contain at least one letter or number \(a-z, 0-9\)/,
    say: 'must contain at least one letter (a-z)',
  },
  {
    why: 'reworded since',
    find: /ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service/,
    say: 'may only be set for externally-accessible services',
  },
  {
    why: 'reworded since',
    find: /HealthCheckNodePort can only be set on LoadBalancer service with ExternalTrafficPolicy=Local/,
    say: "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
  },
  {
    why: 'reworded since',
    find: /Invalid value: ("[^"]*"): ExternalTrafficPolicy must be empty, Cluster or Local/,
    say: 'Unsupported value: $1: supported values: "Cluster", "Local"',
  },
  {why: 'the space at the end is gone since', find: /(10\.240\.0\.0\/24,10\.250\.0\.0\/24) /, say: '$1'},
  {why: 'reworded since', find: /(: must be less than or equal to cpu limit)$/, say: '$1 of 1'},
  {
    why: 'reworded since',
    find: /must be valid IP address/g,
    say: 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  },
  {
    why: 'reworded since',
    find: /not a valid CIDR/,
    say: 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  },
  {
    why: 'the list and its place are named since',
    find: /(Invalid value: )\[\]string\{("x")\}: must be valid CIDR/,
    say: '$1$2: must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  },
  {why: 'named with their places since', find: /spec\.hostAliases\.(ip|hostnames)/g, say: 'spec.hostAliases[0].$1'},
  {why: 'reworded since', find: /must to greater or equal than 0/, say: 'must be greater than or equal to 0'},
  {why: 'reworded since', find: /must have at most (\d+) bytes/, say: 'may not be more than $1 bytes'},
  {why: 'a slip of 1.20 (a format without its argument)', find: /data\[%s\]/g, say: 'data'},
  {
    why: "more fields may change since, and podlab shows no difference in Go's notation",
    find: /(pod updates may not change fields other than).*$/s,
    say: '$1 ~',
  },
  {why: 'more fields may change since', find: /(updates to statefulset spec for fields other than).*$/s, say: '$1 ~'},
  {
    why: 'said without the key of the database',
    find: /StorageError: invalid object, Code: 4, Key: \S+, ResourceVersion: 0, AdditionalErrorMsg: /,
    say: '',
  },
  {
    why: 'reworded since',
    find: /the namespace of the object \(\S+\) does not match the namespace on the request \(\S+\)/,
    say: 'the namespace of the provided object does not match the namespace sent on the request',
  },
  {why: "Go's notation of a type that podlab does not know", find: /\[\]networking\.PolicyType\{/, say: '[]string{'},
  {
    why: 'said with the field since',
    find: /(unable to parse requirement: )invalid label key ("[^"]*")/,
    say: '$1key: Invalid value: $2',
  },
  {
    why: 'said with the field since',
    find: /(unable to parse requirement: )invalid label value: ("[^"]*"): at key: "(\w+)"/,
    say: '$1values[0][$3]: Invalid value: $2',
  },
  {
    why: 'said with the field since',
    find: /(unable to parse requirement: )(for 'Gt', 'Lt' operators)/,
    say: '$1values[0]: Invalid value: "b": $2',
  },
  {
    why: 'a pod may have several addresses of its node since 1.28',
    find: /"status\.hostIP", "status\.podIP", "status\.podIPs"/,
    say: '"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
  },
  {
    why: 'more operators since',
    find: /expected: '=', '!=', '==', 'in', notin'/,
    say: 'expected: in, notin, =, ==, !=, gt, lt',
  },
]

export function inNewerWords(text: string): string {
  return newer.reduce((said, {find, say}) => said.replace(find, say), text)
}
