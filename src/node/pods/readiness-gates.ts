import type {Condition} from '../../objects/condition.ts'
import type {Pod, PodStatus} from '../../objects/pod.ts'

/** The conditions of a pod that its kubelet writes; those of all other types belong to others. */
const own = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']

/** What of a pod's readiness gates is not open, in the kubelet's words: conditions that somebody else must set before the pod is ready. */
export function closedGates({spec: {readinessGates = []}, status}: Pod): readonly string[] {
  return readinessGates.flatMap(({conditionType}) => {
    const found = status?.conditions?.find(({type}) => type === conditionType)
    if (found?.status === 'True') return []
    const gate = `pod readiness gate ${JSON.stringify(conditionType)}`
    return found
      ? [`the status of ${gate} is not "True", but ${found.status}`]
      : [`corresponding condition of ${gate} does not exist.`]
  })
}

/** Whether a pod's readiness is not what its containers and its gates make it. */
export function gatesMoved(pod: Pod): boolean {
  if (!pod.spec.readinessGates?.length) return false
  const statusOf = (type: string) => pod.status?.conditions?.find(condition => condition.type === type)
  const closed = closedGates(pod)
  const ready = statusOf('Ready')
  if (statusOf('ContainersReady')?.status !== 'True') return false
  return closed.length === 0 ? ready?.status !== 'True' : ready?.message !== closed.join(', ')
}

/** A status that a kubelet reports, with the conditions that others have written meanwhile. */
export function withForeignConditions(status: PodStatus, present: PodStatus | undefined): PodStatus {
  const isForeign = ({type}: Condition) => !own.includes(type)
  const foreign = present?.conditions?.filter(isForeign) ?? []
  const said = status.conditions ?? []
  if (foreign.length === 0 && !said.some(isForeign)) return status
  return {...status, conditions: [...said.filter(condition => !isForeign(condition)), ...foreign]}
}
