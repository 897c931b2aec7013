import {
  ContainerMissing,
  type ContainerPlace,
  type Containers,
  type PodPlace,
  type Program,
} from '../../apiserver/containers.ts'
import type {Agent} from '../../node/agent.ts'
import {type ContainerLife, type ContainerProcess, findContainer, type PodLife} from '../../node/pods/pod-life.ts'
import {idOf, uidOf} from '../../node/pods/pod-table.ts'
import type {Runtime} from '../../node/runtime/runtime.ts'
import type {Streams} from '../../node/runtime/streams.ts'
import {attachTo} from './attach.ts'
import {printed} from './container-log.ts'
import {reasonOf} from './inside.ts'

/** The nodes of this cluster and the runtime below them, as the API server sees them. */
export type Nodes = {
  /** The agents of all nodes, as they are now. */
  readonly agents: () => Promise<readonly Agent[]>
  readonly readLog: Runtime['log']
  readonly streams: Streams
}

/** What the API server asks of containers, answered by the runtime of this cluster's nodes. */
export function containersOf({agents, readLog, streams}: Nodes): Containers {
  return {
    find: async place => void processOf(await agents(), place),
    exec: async (place, {command, ...wanted}): Promise<Program> => {
      const {pid, environment, workingDirectory} = processOf(await agents(), place)
      return streams.exec({...wanted, pid, argv: command, environment, workingDirectory})
    },
    attach: async (place, wanted) => {
      const {pod, id} = containerIn(await agents(), place)
      const container = findContainer(pod, place.container)
      return attachTo({id, readLog, streams, wanted, container})
    },
    log: async (place, options, signal) => {
      const {id, container} = containerIn(await agents(), place)
      return printed(readLog, {id, options, signal, missing: () => noLog(place, options.previous, container)})
    },
    dial: async (place, port) => {
      const life = lifeOf(await agents(), place)
      if (!life?.sandbox) throw new ContainerMissing(`pod not found ("${place.name}_${place.namespace}")`)
      return streams.dial({pid: life.sandbox.pausePid, host: '127.0.0.1', port}).catch((error: Error) => {
        throw new Error(
          `failed to execute portforward in network namespace "/run/netns/${life.netns}": failed to connect to localhost:${port} ` +
            `inside namespace "${life.netns}": dial tcp4 127.0.0.1:${port}: ${dialWords(error)}`,
        )
      })
    },
  }
}

function lifeOf(agents: readonly Agent[], {namespace, name}: PodPlace): PodLife | undefined {
  return agents
    .flatMap(agent => agent.lives())
    .find(({pod: {metadata}}) => metadata.name === name && metadata.namespace === namespace)
}

function containerIn(agents: readonly Agent[], place: ContainerPlace) {
  const life = lifeOf(agents, place)
  const container = life?.containers[place.container]
  if (!life || !container) throw notFound(place)
  return {pod: life.pod, id: idOf({uid: uidOf(life.pod), name: place.container}), container}
}

function processOf(agents: readonly Agent[], place: ContainerPlace): ContainerProcess {
  const {process} = containerIn(agents, place).container
  if (process) return process
  throw notFound(place)
}

function notFound({container}: ContainerPlace): ContainerMissing {
  return new ContainerMissing(`container not found ("${container}")`)
}

function noLog({name, container}: ContainerPlace, previous: boolean, {state}: ContainerLife): ContainerMissing {
  const named = `container "${container}" in pod "${name}"`
  if (previous) return new ContainerMissing(`previous terminated ${named} not found`)
  return new ContainerMissing(`${named} is waiting to start: ${state.waiting?.reason ?? reasonOf(state)}`)
}

function dialWords(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  const words = {
    ECONNREFUSED: 'connection refused',
    ETIMEDOUT: 'connection timed out',
    ENETUNREACH: 'network is unreachable',
  }
  return Object.hasOwn(words, code) ? `connect: ${words[code as keyof typeof words]}` : error.message
}
