import {tolerates} from '../../taints.ts'
import type {Score} from '../attempt.ts'
import {reversed} from './normalize.ts'

/** Taints that would rather not have the pod, and that it does not tolerate: the fewer the better. */
export const unwelcomeTaints: Score = ({pod}, fitting) => {
  const unwelcome = fitting.map(({spec: {taints = []}}) => taints.filter(({effect}) => effect === 'PreferNoSchedule'))
  if (unwelcome.every(taints => taints.length === 0)) return undefined
  return reversed(unwelcome.map(taints => taints.filter(taint => !tolerates(pod.spec.tolerations, taint)).length))
}
