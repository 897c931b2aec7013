import {ageOf, printDuration} from './age.ts'
import type {Condition} from './condition.ts'
import {dnsSubdomain} from './format.ts'
import {jobBorn, jobDefaults, jobFields, jobInherit, jobMistakes, jobUpdateMistakes} from './job-rules.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import type {PodTemplate} from './pod.ts'
import {containerColumns, selectorColumn} from './pod-template.ts'

/** Work that comes to an end: pods are made until enough of them have succeeded. */
export type Job = KubeObject & {
  readonly apiVersion: 'batch/v1'
  readonly kind: 'Job'
  readonly spec: JobSpec
  readonly status?: JobStatus
}

export type JobSpec = {
  /** So many pods at a time. */
  readonly parallelism?: number
  /** So many pods must succeed; when it is not said, one success ends the work. */
  readonly completions?: number
  /** So many failures are tried again. */
  readonly backoffLimit?: number
  readonly activeDeadlineSeconds?: number
  readonly ttlSecondsAfterFinished?: number
  readonly completionMode?: 'NonIndexed'
  readonly suspend?: boolean
  readonly manualSelector?: boolean
  readonly podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed'
  readonly selector?: LabelSelector
  readonly template: PodTemplate
}

export type JobStatus = {
  readonly conditions?: readonly Condition[]
  readonly startTime?: string
  readonly completionTime?: string
  readonly active?: number
  readonly ready?: number
  readonly terminating?: number
  readonly succeeded?: number
  readonly failed?: number
  /** Pods that have run to their end and are not counted yet; here they are counted at once. */
  readonly uncountedTerminatedPods?: Readonly<Record<string, readonly string[]>>
}

export const jobKind: Kind<Job> = {
  kind: 'Job',
  plural: 'jobs',
  singular: 'job',
  shortNames: [],
  namespaced: true,
  categories: ['all'],
  apiVersions: ['batch/v1'],
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields: jobFields,
  required: ['spec'],
  defaults: jobDefaults,
  validate: jobMistakes,
  initial: job => ({...job, status: {}}),
  born: jobBorn,
  inherit: jobInherit,
  validateUpdate: jobUpdateMistakes,
  selectable: [{field: 'status.successful', value: ({status}) => `${status?.succeeded ?? 0}`}],
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Status', value: statusColumn},
    {name: 'Completions', value: completionsColumn},
    {name: 'Duration', value: durationColumn},
    {name: 'Age', value: ageOf},
    ...containerColumns,
    selectorColumn,
  ],
}

/** Whether a condition of a job holds. */
export function jobHas({status}: Job, type: string): boolean {
  return status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false
}

function statusColumn(job: Job): string {
  const first = ['Complete', 'Failed'].find(type => jobHas(job, type))
  if (first !== undefined) return first
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(type => jobHas(job, type)) ?? 'Running'
}

function completionsColumn({spec, status}: Job): string {
  const succeeded = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`
  return (spec.parallelism ?? 0) > 1 ? `${succeeded}/1 of ${spec.parallelism}` : `${succeeded}/1`
}

function durationColumn({status}: Job, now: number): string {
  if (status?.startTime === undefined) return ''
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime)
  return printDuration(end - Date.parse(status.startTime))
}
