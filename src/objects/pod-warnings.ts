import type {PodSpec} from './pod.ts'

/** What the scheduler of a lab does not look at; a pod that asks for it runs anyway, perhaps elsewhere than was meant. */
const unscheduled = ['affinity', 'topologySpreadConstraints'] as const

/** What a pod asks for in vain; `path` leads to its spec, such as `spec.template.spec`. */
export function podWarnings(spec: PodSpec, path: string): readonly string[] {
  return unscheduled.flatMap(field =>
    spec[field] === undefined ? [] : [`${path}.${field}: podlab's scheduler does not look at it`],
  )
}

/** As `podWarnings`, for what makes pods. */
export function templateWarnings({
  spec,
}: {
  readonly spec: {readonly template: {readonly spec: PodSpec}}
}): readonly string[] {
  return podWarnings(spec.template.spec, 'spec.template.spec')
}
