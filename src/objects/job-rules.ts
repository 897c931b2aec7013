import {conditionsSchema} from './condition.ts'
import {equal} from './equal.ts'
import type {Job, JobSpec} from './job.ts'
import type {LabelSelector} from './label-selector.ts'
import {goSelector, labelSelectorSchema, selectorUpdateMistakes} from './label-selector-rules.ts'
import {invalid, invalidText, type Mistake, required} from './mistake.ts'
import type {PodTemplate} from './pod.ts'
import {podSpecMistakes} from './pod-rules.ts'
import {podTemplateDefaults, podTemplateSchema, unselectedMistakes} from './pod-template.ts'
import {anything, boolean, integer, oneOf, record, type Schema, string, unsupported} from './schema.ts'
import {selectorOf} from './selector.ts'

const indexed = unsupported('indexed jobs')

export const jobFields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      parallelism: integer(0),
      completions: integer(0),
      backoffLimit: integer(0),
      activeDeadlineSeconds: integer(0),
      ttlSecondsAfterFinished: integer(0),
      completionMode: oneOf('NonIndexed'),
      suspend: boolean,
      manualSelector: boolean,
      podReplacementPolicy: oneOf('TerminatingOrFailed', 'Failed'),
      selector: labelSelectorSchema,
      template: podTemplateSchema,
      backoffLimitPerIndex: indexed,
      maxFailedIndexes: indexed,
      successPolicy: indexed,
      podFailurePolicy: unsupported('pod failure policies'),
      managedBy: unsupported('jobs that others manage'),
    },
    ['template'],
  ),
  status: record({
    conditions: conditionsSchema,
    startTime: string,
    completionTime: string,
    active: integer(0),
    ready: integer(0),
    terminating: integer(0),
    succeeded: integer(0),
    failed: integer(0),
    uncountedTerminatedPods: anything,
  }),
}

export function jobDefaults(job: Job): Job {
  const {metadata, spec} = job
  const labels = spec.template.metadata?.labels
  const own = Object.keys(metadata.labels ?? {}).length > 0
  const completions = spec.completions ?? (spec.parallelism === undefined ? 1 : undefined)
  return {
    ...job,
    metadata: {...metadata, ...(labels && !own && {labels})},
    spec: {
      ...spec,
      parallelism: spec.parallelism ?? 1,
      ...(completions !== undefined && {completions}),
      backoffLimit: spec.backoffLimit ?? 6,
      completionMode: spec.completionMode ?? 'NonIndexed',
      suspend: spec.suspend ?? false,
      manualSelector: spec.manualSelector ?? false,
      podReplacementPolicy: spec.podReplacementPolicy ?? 'TerminatingOrFailed',
      template: templateDefaults(spec.template),
    },
  }
}

/** Whether a job's pods are tried again is a choice that has no default. */
function templateDefaults(template: PodTemplate): PodTemplate {
  const {restartPolicy: _, ...spec} = podTemplateDefaults(template).spec
  const {restartPolicy} = template.spec
  return {...template, spec: {...spec, ...(restartPolicy && {restartPolicy})}}
}

const uidLabel = 'batch.kubernetes.io/controller-uid'

/** A job selects its pods by its own uid, so that no other job's count; `manualSelector` leaves that to whoever wrote it. */
export function jobBorn(job: Job): Job {
  const {metadata, spec} = job
  if (spec.manualSelector) return job
  const {uid = '', name} = metadata
  const labels = {
    ...spec.template.metadata?.labels,
    [uidLabel]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const own = equal(metadata.labels, spec.template.metadata?.labels) ? labels : metadata.labels
  return {
    ...job,
    metadata: {...metadata, ...(own && {labels: own})},
    spec: {
      ...spec,
      selector: {matchLabels: {[uidLabel]: uid}},
      template: {...spec.template, metadata: {...spec.template.metadata, labels}},
    },
  }
}

/** An update by the manifest that made the job does not know what the cluster put in. */
export function jobInherit(job: Job, {spec: before}: Job): Job {
  const {spec} = job
  const selector = spec.selector ?? before.selector
  const generated = Object.entries(before.template.metadata?.labels ?? {}).filter(([label]) =>
    /^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/.test(label),
  )
  const labels = {...spec.template.metadata?.labels, ...Object.fromEntries(generated)}
  const metadata = {...spec.template.metadata, ...(Object.keys(labels).length > 0 && {labels})}
  return {
    ...job,
    spec: {...spec, ...(selector && {selector}), template: {...spec.template, metadata}},
  }
}

const restartPath = ['spec', 'template', 'spec', 'restartPolicy']

export function jobMistakes({metadata, spec}: Job): Mistake[] {
  const {restartPolicy} = spec.template.spec
  const unfit = restartPolicy === undefined || restartPolicy === 'Always'
  return [
    ...selectorMistakes(spec, metadata.uid),
    ...podSpecMistakes(spec.template.spec, ['spec', 'template', 'spec']),
    ...(unfit ? [required(restartPath, 'valid values: "OnFailure", "Never"')] : []),
  ]
}

function selectorMistakes({manualSelector, selector, template}: JobSpec, uid: string | undefined): Mistake[] {
  if (manualSelector)
    return selector ? unselectedMistakes(template, selectorOf(selector)) : [required(['spec', 'selector'])]
  if (selector === undefined || isGenerated(selector, uid)) return []
  return [invalidText(['spec', 'selector'], goSelector(selector), '`selector` not auto-generated')]
}

function isGenerated({matchLabels = {}, matchExpressions = []}: LabelSelector, uid: string | undefined): boolean {
  const labels = Object.keys(matchLabels)
  const alone = labels.length === 1 && labels[0] === uidLabel && matchExpressions.length === 0
  return alone && (uid === undefined || matchLabels[uidLabel] === uid)
}

/** Only how much is done at a time, and for how long, may change. */
export function jobUpdateMistakes(job: Job, before: Job): Mistake[] {
  const same = job.spec.completions === before.spec.completions
  const template = equal(job.spec.template, before.spec.template)
  return [
    ...(same ? [] : [invalid(['spec', 'completions'], job.spec.completions, 'field is immutable')]),
    ...selectorUpdateMistakes(job, before),
    ...(template ? [] : [invalidText(['spec', 'template'], JSON.stringify(job.spec.template), 'field is immutable')]),
  ]
}
