import {namedNodes} from '../../named-nodes.ts'
import type {Filter} from '../attempt.ts'

/** A pod that names its nodes, as a daemon does, is not tried on others. */
export const namedNodesFilter: Filter = ({pod}) => {
  const names = namedNodes(pod.spec)
  if (names === undefined) return undefined
  return ({metadata}) =>
    names.includes(metadata.name)
      ? undefined
      : {reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"], final: true}
}
