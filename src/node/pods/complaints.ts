import {type ContainerLife, isInit, type PodLife} from './pod-life.ts'
import {closedGates} from './readiness-gates.ts'

/** What keeps a pod from being ready, container by container, in words for people: more than a status has room for. */
export function complaintsOf({pod, containers}: PodLife): readonly string[] {
  const ofContainers = Object.entries(containers).flatMap(([name, container]) => {
    const what = isInit(pod, name) ? 'init container' : 'container'
    const unended = isInit(pod, name) && container.state.running ? ['it has not ended yet'] : []
    const words = [...endOf(container), ...unended, ...(container.complaint ? [container.complaint] : [])]
    return words.length > 0 ? [`${what} ${name}: ${words.join('; ')}`] : []
  })
  return [...ofContainers, ...closedGates(pod)]
}

/* How it ended the last time, and what is said of that. */
function endOf({state: {terminated, waiting}, lastState}: ContainerLife): readonly string[] {
  const last = terminated ?? (waiting && lastState)
  const code = last?.exitCode ?? 0
  const messages = [last?.message, waiting?.message].filter(message => message !== undefined)
  return [...(code === 0 ? [] : [`it ended with code ${code}`]), ...messages]
}
