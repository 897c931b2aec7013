import type {NodeSelectorRequirement, NodeSelectorTerm} from '../objects/affinity.ts'
import type {Node} from '../objects/node.ts'
import type {PodSpec} from '../objects/pod.ts'
import {holds} from '../objects/selector.ts'

/** Whether a node is one that a pod asks for: by labels, and by what its node affinity requires. */
export function isSelected({nodeSelector = {}, affinity}: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const labelled = Object.entries(nodeSelector).every(([label, value]) => labels[label] === value)
  return labelled && (terms === undefined || terms.some(term => isTermMet(term, node)))
}

/** Whether all of a term holds for a node. One that asks for nothing selects nothing. */
export function isTermMet({matchExpressions = [], matchFields = []}: NodeSelectorTerm, {metadata}: Node): boolean {
  const fields = {'metadata.name': metadata.name}
  return (
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every(requirement => isMet(requirement, metadata.labels ?? {})) &&
    matchFields.every(requirement => isMet(requirement, fields))
  )
}

function isMet(
  {key, operator, values = []}: NodeSelectorRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  switch (operator) {
    case 'In':
    case 'NotIn':
    case 'Exists':
    case 'DoesNotExist':
      return holds({key, operator, values}, labels)
    case 'Gt':
      return Number(labels[key]) > Number(values[0])
    case 'Lt':
      return Number(labels[key]) < Number(values[0])
  }
}
