import {idOf, uidOf} from '../../node/pods/pod-table.ts'
import type {LogAnswer} from '../../node/runtime/read-log.ts'
import type {LogPiece, LogRequest} from '../log.ts'
import type {Cluster} from './cluster.ts'
import {findContainer, NoTargetError, reasonOf} from './inside.ts'

type Logs = Pick<Cluster, 'agents' | 'readLog'>

/** What a container has printed in its present life and that before; of much, the last megabyte. Empty when it has not printed anything. */
export async function readLogs({agents, readLog}: Logs, target: string): Promise<string> {
  const {pod, container} = findContainer(agents, target)
  const id = idOf({uid: uidOf(pod), name: container})
  let bytes = ''
  for (const which of ['previous', 'present'] as const) {
    let answer = await readLog({id, which, from: {}, waitMs: 0})
    while (answer && answer.bytes !== '') {
      bytes = (bytes + answer.bytes).slice(-longest)
      answer = await readLog({id, which, from: answer.next, waitMs: 0})
    }
  }
  return Buffer.from(bytes, 'latin1').toString()
}

const longest = 2 ** 20

/** The next piece of the log of one of a container's lives; throws NoTargetError, in kubectl's words, when it has had no such life. */
export async function readLogPiece({agents, readLog}: Logs, request: LogRequest): Promise<LogPiece> {
  const {target, which, from, waitMs} = request
  const {pod, container, state} = findContainer(agents, target, request.container)
  const answer: LogAnswer | undefined = await readLog({
    id: idOf({uid: uidOf(pod), name: container}),
    which,
    from,
    waitMs,
  })
  const {name, namespace = 'default'} = pod.metadata
  if (answer) return {...answer, pod: name, namespace, container, containers: pod.spec.containers.map(one => one.name)}
  const named = `container "${container}" in pod "${name}"`
  throw new NoTargetError(
    which === 'previous'
      ? `previous terminated ${named} not found`
      : `${named} is waiting to start: ${reasonOf(state)}`,
  )
}
