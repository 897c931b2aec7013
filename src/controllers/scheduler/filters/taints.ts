import {untolerated} from '../../taints.ts'
import type {Filter} from '../attempt.ts'

/** Of several taints the first that the pod does not tolerate is named. */
export const taintsFilter: Filter =
  ({pod}) =>
  node => {
    const taint = untolerated(pod.spec, node, ['NoSchedule', 'NoExecute'])
    return taint && {reasons: [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`], final: true}
  }
