import {type ContainerLife, isInit, type PodLife} from './pod-life.ts'

/** What keeps a pod from being ready, container by container, in words for people: more than a status has room for. */
export function complaintsOf({pod, containers}: PodLife): readonly string[] {
  return Object.entries(containers).flatMap(([name, container]) => {
    const what = isInit(pod, name) ? 'init container' : 'container'
    const unended = isInit(pod, name) && container.state.running ? ['it has not ended yet'] : []
    const words = [...endOf(container), ...unended, ...(container.complaint ? [container.complaint] : [])]
    return words.length > 0 ? [`${what} ${name}: ${words.join('; ')}`] : []
  })
}

/* How it ended the last time, and what is said of that. */
function endOf({state: {terminated, waiting}, lastState}: ContainerLife): readonly string[] {
  const code = (terminated ?? (waiting && lastState))?.exitCode ?? 0
  const message = terminated?.message ?? waiting?.message
  return [...(code === 0 ? [] : [`it ended with code ${code}`]), ...(message === undefined ? [] : [message])]
}
