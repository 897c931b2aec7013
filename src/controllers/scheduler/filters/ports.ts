import {hostPortsOf, portsClash} from '../../../objects/host-ports.ts'
import type {Filter} from '../attempt.ts'

/** A port of a node belongs to one pod at a time. */
export const portsFilter: Filter = ({pod, view}) => {
  if (hostPortsOf(pod.spec).length === 0) return undefined
  return ({metadata}) => {
    const taken = view.find('activePodsByNode', metadata.name).some(other => portsClash(pod.spec, other.spec))
    return taken ? {reasons: ["node(s) didn't have free ports for the requested pod ports"], final: false} : undefined
  }
}
