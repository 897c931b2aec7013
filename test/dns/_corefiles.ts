/** The Corefiles that the table asks with, by the words that stand before its parts; `PORT` and `API` are filled in by who needs them. */
export const corefiles = {
  usual: corefile('pods insecure'),
  verified: corefile('pods verified'),
  disabled: corefile('pods disabled'),
  'pod names': corefile('endpoint_pod_names'),
  'one namespace': corefile('namespaces other\n pods insecure'),
  'no empty service': corefile('ignore empty_service'),
} as const

export type CorefileName = keyof typeof corefiles

function corefile(lines: string): string {
  return `
cluster.local:PORT in-addr.arpa:PORT ip6.arpa:PORT {
  BIND
  any
  kubernetes {
    ENDPOINT
    ttl 30
    ${lines}
  }
}
example.com:PORT {
  BIND
  hosts /nonexistent {
    203.0.113.80 www.example.com
    2001:db8::80 www.example.com
    203.0.113.81 mixed.example.com
  }
}
`
}

/** A Corefile for podlab's own server. */
export function ownCorefile(name: CorefileName): string {
  return corefiles[name].replaceAll('PORT', '53').replaceAll('BIND\n', '\n').replaceAll('ENDPOINT\n', '\n')
}
