import type {Taint} from '../../../objects/node.ts'
import {tolerates} from '../../taints.ts'
import type {Filter} from '../attempt.ts'

/** A cordoned node takes nobody but those who put up with it, such as daemons. */
export const unschedulableFilter: Filter = ({pod}) => {
  if (tolerates(pod.spec.tolerations, cordon)) return undefined
  return ({spec}) => (spec.unschedulable ? {reasons: ['node(s) were unschedulable'], final: true} : undefined)
}

const cordon: Taint = {key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule'}
