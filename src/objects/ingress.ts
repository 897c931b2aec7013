import {ageOf} from './age.ts'
import {firstFew} from './first-few.ts'
import {dnsSubdomain} from './format.ts'
import {olderIngress} from './ingress-older.ts'
import {ingressFields, ingressMistakes} from './ingress-rules.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'

/** Which HTTP requests from outside go to which services. Stored only: a lab has no ingress controller that reads it. */
export type Ingress = KubeObject & {
  readonly apiVersion: 'networking.k8s.io/v1'
  readonly kind: 'Ingress'
  readonly spec: IngressSpec
  readonly status?: {
    readonly loadBalancer?: {readonly ingress?: readonly {readonly ip?: string; readonly hostname?: string}[]}
  }
}

export type IngressSpec = {
  readonly ingressClassName?: string
  readonly defaultBackend?: IngressBackend
  readonly tls?: readonly {readonly hosts?: readonly string[]; readonly secretName?: string}[]
  readonly rules?: readonly IngressRule[]
}

export type IngressRule = {readonly host?: string; readonly http?: {readonly paths: readonly IngressPath[]}}

export type IngressPath = {
  readonly path?: string
  readonly pathType?: 'Exact' | 'Prefix' | 'ImplementationSpecific'
  readonly backend: IngressBackend
}

export type IngressBackend = {
  readonly service?: {readonly name: string; readonly port?: {readonly name?: string; readonly number?: number}}
  readonly resource?: {readonly apiGroup?: string; readonly kind: string; readonly name: string}
}

export const ingressKind: Kind<Ingress> = {
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  apiVersions: ['networking.k8s.io/v1', 'networking.k8s.io/v1beta1', 'extensions/v1beta1'],
  olderForms: {'networking.k8s.io/v1beta1': olderIngress, 'extensions/v1beta1': olderIngress},
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields: ingressFields,
  required: ['spec'],
  defaults: ingress => ingress,
  validate: ingressMistakes,
  initial: ingress => ({...ingress, status: {loadBalancer: {}}}),
  inherit: ingress => ingress,
  validateUpdate: () => [],
  warnings: () => ['spec: a lab has no ingress controller: nothing listens for these requests'],
  columns: [
    {name: 'Name', value: ingress => ingress.metadata.name},
    {name: 'Class', value: ({spec}) => spec.ingressClassName ?? '<none>'},
    {name: 'Hosts', value: hostsColumn},
    {
      name: 'Address',
      value: ({status}) => (status?.loadBalancer?.ingress ?? []).map(({ip, hostname}) => ip || hostname).join(','),
    },
    {name: 'Ports', value: ({spec}) => (spec.tls?.length ? '80, 443' : '80')},
    {name: 'Age', value: ageOf},
  ],
}

function hostsColumn({spec: {rules = []}}: Ingress): string {
  return firstFew(rules.flatMap(({host}) => host || [])) || '*'
}
