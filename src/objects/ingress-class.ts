import {ageOf} from './age.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {invalid, type Mistake, required} from './mistake.ts'
import {record, string, text} from './schema.ts'

/** A kind of ingress, and which controller makes it true. */
export type IngressClass = KubeObject & {
  readonly apiVersion: 'networking.k8s.io/v1'
  readonly kind: 'IngressClass'
  readonly spec: {
    readonly controller?: string
    readonly parameters?: {
      readonly apiGroup?: string
      readonly kind: string
      readonly name: string
      readonly scope?: string
      readonly namespace?: string
    }
  }
}

export const ingressClassKind: Kind<IngressClass> = {
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  shortNames: [],
  namespaced: false,
  apiVersions: ['networking.k8s.io/v1'],
  countsGenerations: true,
  name: dnsSubdomain,
  fields: {
    spec: record({
      controller: string,
      parameters: record({apiGroup: text(dnsSubdomain), kind: string, name: string, scope: string, namespace: string}),
    }),
  },
  required: ['spec'],
  defaults: withScope,
  validate: ingressClass => [...controllerMistakes(ingressClass), ...parameterMistakes(ingressClass)],
  initial: ingressClass => ingressClass,
  inherit: ingressClass => ingressClass,
  validateUpdate: ({spec}, before) =>
    spec.controller === before.spec.controller
      ? []
      : [invalid(['spec', 'controller'], spec.controller, 'field is immutable')],
  columns: [
    {name: 'Name', value: ingressClass => ingressClass.metadata.name},
    {name: 'Controller', value: ({spec}) => spec.controller ?? ''},
    {name: 'Parameters', value: parametersColumn},
    {name: 'Age', value: ageOf},
  ],
}

function withScope(ingressClass: IngressClass): IngressClass {
  const {parameters} = ingressClass.spec
  if (!parameters) return ingressClass
  return {
    ...ingressClass,
    spec: {...ingressClass.spec, parameters: {...parameters, scope: parameters.scope ?? 'Cluster'}},
  }
}

function controllerMistakes({spec: {controller}}: IngressClass): Mistake[] {
  const path = ['spec', 'controller']
  if (!controller) return [required(path)]
  const [domain = '', ...rest] = controller.split('/')
  if (controller.length > 250) return [{path, message: 'Too long: may not be more than 250 bytes'}]
  if (rest.length === 0 || rest.join('/') === '')
    return [invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  const why = dnsSubdomain(domain)
  return why === undefined ? [] : [invalid(path, domain, why)]
}

function parameterMistakes({spec: {parameters}}: IngressClass): Mistake[] {
  if (!parameters) return []
  return (['kind', 'name'] as const).flatMap(field =>
    parameters[field] ? [] : [required(['spec', 'parameters', field], `${field} is required`)],
  )
}

function parametersColumn({spec: {parameters}}: IngressClass): string {
  if (!parameters) return '<none>'
  const {apiGroup, kind, name} = parameters
  return apiGroup ? `${kind}.${apiGroup}/${name}` : `${kind}/${name}`
}
