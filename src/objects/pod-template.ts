import {qualifiedName} from './format.ts'
import {goValue} from './go-value.ts'
import type {Scale} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import {labelsSchema} from './label-selector-rules.ts'
import {invalid, invalidText, type Mistake, notSupported} from './mistake.ts'
import type {PodTemplate} from './pod.ts'
import {podSpecDefaults, podSpecMistakes} from './pod-rules.ts'
import {podSpecSchema} from './pod-schema.ts'
import {anything, map, record, string} from './schema.ts'
import {matches, printSelector, type Selector, selectorOf} from './selector.ts'
import type {Column} from './table.ts'

export const podTemplateSchema = record(
  {
    metadata: record({
      name: string,
      namespace: string,
      labels: labelsSchema,
      annotations: map(string, qualifiedName),
      creationTimestamp: anything,
    }),
    spec: podSpecSchema,
  },
  ['spec'],
)

export function podTemplateDefaults(template: PodTemplate): PodTemplate {
  return {...template, spec: podSpecDefaults(template.spec)}
}

const path = ['spec', 'template']

/** What is wrong with a template whose pods are to run for good and to be selected. */
export function podTemplateMistakes(template: PodTemplate, selector: Selector | undefined): Mistake[] {
  const {restartPolicy} = template.spec
  return [
    ...unselectedMistakes(template, selector),
    ...podSpecMistakes(template.spec, [...path, 'spec']),
    ...(restartPolicy === 'Always'
      ? []
      : [notSupported([...path, 'spec', 'restartPolicy'], restartPolicy, ['Always'])]),
  ]
}

/** An object that does not select what it makes would make pods for ever; without a selector it selects nothing. */
export function unselectedMistakes({metadata}: PodTemplate, selector: Selector | undefined): Mistake[] {
  if (selector && matches(selector, metadata?.labels)) return []
  const why = '`selector` does not match template `labels`'
  const labels = metadata?.labels ? goValue(metadata.labels) : 'map[string]string(nil)'
  return [invalidText([...path, 'metadata', 'labels'], labels, why)]
}

type Templated = KubeObject & {readonly spec: {readonly template: PodTemplate; readonly selector?: LabelSelector}}

/** In old versions an object that does not say what it selects, or has no labels, takes its template's labels. */
export function labelledByTemplate<T extends Templated>(object: T): T {
  const {metadata, spec} = object
  const labels = spec?.template?.metadata?.labels
  if (labels === undefined) return object
  const own = Object.keys(metadata.labels ?? {}).length > 0
  return {
    ...object,
    metadata: {...metadata, ...(!own && {labels})},
    spec: {...spec, selector: spec.selector ?? {matchLabels: labels}},
  }
}

type HasTemplate = {readonly spec: {readonly template: PodTemplate}}

/** The columns of `-o wide` that everything with a template has. */
export const containerColumns: readonly Column<HasTemplate>[] = [
  {name: 'Containers', wide: true, value: ({spec}) => spec.template.spec.containers.map(({name}) => name).join(',')},
  {name: 'Images', wide: true, value: ({spec}) => spec.template.spec.containers.map(({image}) => image).join(',')},
]

export const selectorColumn: Column<{readonly spec: {readonly selector?: LabelSelector}}> = {
  name: 'Selector',
  wide: true,
  value: ({spec}) => printSelector(selectorOf(spec.selector ?? {})) || '<none>',
}

/** As the schema does, for a number that did not come through it. */
export function replicaMistakes(replicas = 1): Mistake[] {
  return replicas >= 0 ? [] : [invalid(['spec', 'replicas'], replicas, 'must be greater than or equal to 0')]
}

type HasReplicas = {
  readonly spec: {readonly replicas?: number; readonly selector: LabelSelector}
  readonly status?: {readonly replicas?: number}
}

export function scaleOf({spec, status}: HasReplicas): Scale {
  const selector = printSelector(selectorOf(spec.selector))
  return {replicas: spec.replicas ?? 1, current: status?.replicas ?? 0, selector}
}

/** An update that does not say how many are wanted wants as many as before. */
export function inheritReplicas<T extends {readonly spec: {readonly replicas?: number}}>(object: T, before: T): T {
  const replicas = object.spec.replicas ?? before.spec.replicas
  return {...object, spec: {...object.spec, ...(replicas !== undefined && {replicas})}}
}
