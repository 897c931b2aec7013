import {isSelected} from '../../node-selection.ts'
import type {Filter} from '../attempt.ts'

/** The nodes that the pod asks for, by `nodeSelector` and by what its node affinity requires. */
export const nodeAffinityFilter: Filter = ({pod: {spec}}) => {
  if (!spec.nodeSelector && !spec.affinity?.nodeAffinity) return undefined
  return node =>
    isSelected(spec, node) ? undefined : {reasons: ["node(s) didn't match Pod's node affinity/selector"], final: true}
}
