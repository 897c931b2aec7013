import type {NodeSelectorTerm} from '../objects/affinity.ts'
import type {PodSpec} from '../objects/pod.ts'

/** A pod that may run on one node only, by its affinity: the scheduler decides whether it can. What its affinity required before is met there. */
export function onlyOn(spec: PodSpec, node: string): PodSpec {
  const term: NodeSelectorTerm = {matchFields: [{key: nameField, operator: 'In', values: [node]}]}
  const required = {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [term]}}
  return {...spec, affinity: {...spec.affinity, nodeAffinity: {...spec.affinity?.nodeAffinity, ...required}}}
}

/** The nodes that a pod's affinity names; undefined when one of its terms names none. */
export function namedNodes({affinity}: PodSpec): readonly string[] | undefined {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (terms === undefined || terms.length === 0) return undefined
  const names = terms.map(namesIn)
  return names.includes(undefined) ? undefined : names.flatMap(one => one ?? [])
}

const nameField = 'metadata.name'

function namesIn({matchFields = []}: NodeSelectorTerm): readonly string[] | undefined {
  return matchFields.find(({key, operator}) => key === nameField && operator === 'In')?.values
}
