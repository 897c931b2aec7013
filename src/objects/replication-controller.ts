import {ageOf} from './age.ts'
import {type Condition, conditionsSchema} from './condition.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {labelsSchema} from './label-selector-rules.ts'
import {type Mistake, required} from './mistake.ts'
import type {PodTemplate} from './pod.ts'
import {
  containerColumns,
  inheritReplicas,
  podTemplateDefaults,
  podTemplateMistakes,
  podTemplateSchema,
  replicaMistakes,
} from './pod-template.ts'
import {integer, record, type Schema} from './schema.ts'
import {printSelector, selectorOfLabels} from './selector.ts'

/** What replica sets were before they had a name of their own: it selects by plain labels, and these may change. */
export type ReplicationController = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'ReplicationController'
  readonly spec: ReplicationControllerSpec
  readonly status?: ReplicationControllerStatus
}

export type ReplicationControllerSpec = {
  readonly replicas?: number
  readonly minReadySeconds?: number
  readonly selector?: Readonly<Record<string, string>>
  readonly template: PodTemplate
}

export type ReplicationControllerStatus = {
  readonly replicas: number
  readonly fullyLabeledReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
}

const fields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      replicas: integer(0),
      minReadySeconds: integer(0),
      selector: labelsSchema,
      template: podTemplateSchema,
    },
    ['template'],
  ),
  status: record({
    replicas: integer(0),
    fullyLabeledReplicas: integer(0),
    readyReplicas: integer(0),
    availableReplicas: integer(0),
    observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
    conditions: conditionsSchema,
  }),
}

export const replicationControllerKind: Kind<ReplicationController> = {
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  namespaced: true,
  categories: ['all'],
  apiVersions: ['v1'],
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields,
  required: ['spec'],
  defaults,
  validate: mistakes,
  initial: controller => ({...controller, status: {replicas: 0}}),
  inherit: inheritReplicas,
  validateUpdate: () => [],
  scaled: (controller, replicas) => ({...controller, spec: {...controller.spec, replicas}}),
  scaleOf: ({spec, status}) => ({
    replicas: spec.replicas ?? 1,
    current: status?.replicas ?? 0,
    selector: printSelector(selectorOfLabels(spec.selector ?? {})),
  }),
  selectable: [{field: 'status.replicas', value: ({status}) => `${status?.replicas ?? 0}`}],
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Desired', type: 'integer', value: ({spec}) => `${spec.replicas ?? 1}`},
    {name: 'Current', type: 'integer', value: ({status}) => `${status?.replicas ?? 0}`},
    {name: 'Ready', type: 'integer', value: ({status}) => `${status?.readyReplicas ?? 0}`},
    {name: 'Age', value: ageOf},
    ...containerColumns,
    {name: 'Selector', wide: true, value: ({spec}) => printSelector(selectorOfLabels(spec.selector ?? {})) || '<none>'},
  ],
}

/** What it selects, and its own labels, are the template's unless said otherwise. */
function defaults(controller: ReplicationController): ReplicationController {
  const {metadata, spec} = controller
  const labels = spec.template.metadata?.labels
  const has = (some: Readonly<Record<string, string>> | undefined) => Object.keys(some ?? {}).length > 0
  return {
    ...controller,
    metadata: {...metadata, ...(labels && !has(metadata.labels) && {labels})},
    spec: {
      ...spec,
      replicas: spec.replicas ?? 1,
      ...(labels && !has(spec.selector) && {selector: labels}),
      template: podTemplateDefaults(spec.template),
    },
  }
}

function mistakes({spec}: ReplicationController): Mistake[] {
  const selector = selectorOfLabels(spec.selector ?? {})
  return [
    ...replicaMistakes(spec.replicas),
    ...(selector.length === 0 ? [required(['spec', 'selector'])] : []),
    ...podTemplateMistakes(spec.template, selector),
  ]
}
