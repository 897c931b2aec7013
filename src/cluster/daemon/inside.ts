import {parseTarget} from '../../lab/targets.ts'
import type {Agent} from '../../node/agent.ts'
import type {PodLife} from '../../node/pods/pod-life.ts'
import {isReady} from '../../objects/pod-status.ts'
import {matches, parseSelector} from '../../objects/selector.ts'
import {type Inside, nodeEnvironment} from '../enter.ts'

/** A target that is not there, or not yet; the message says what is. */
export class NoTargetError extends Error {
  override readonly name = 'NoTargetError'
}

/** Finds the process that stands for a target: a node's owner of namespaces, or a container's first process. */
export function findInside(agents: readonly Agent[], target: string): Inside {
  const form = parseTarget(target)
  switch (form.kind) {
    case 'node':
      return insideNode(agents, form.name)
    case 'client':
      throw new NoTargetError(`there is no client ${form.name}`)
    case 'pod': {
      const life = livesOf(agents).find(
        ({pod}) => pod.metadata.name === form.name && pod.metadata.namespace === 'default',
      )
      return insidePod(life, {target, container: form.container, agents})
    }
    case 'pods': {
      const selector = parseSelector(form.selector)
      const matching = livesOf(agents).filter(({pod}) => matches(selector, pod.metadata.labels))
      const life = matching.find(({pod}) => isReady(pod)) ?? matching[0]
      return insidePod(life, {target, container: undefined, agents})
    }
  }
}

function livesOf(agents: readonly Agent[]): readonly PodLife[] {
  return agents.flatMap(agent => agent.lives())
}

function insideNode(agents: readonly Agent[], name: string): Inside {
  const agent = agents.find(one => one.name === name)
  if (!agent)
    throw new NoTargetError(`there is no node ${name}; the nodes are ${agents.map(one => one.name).join(', ')}`)
  return {
    pid: agent.pid,
    namespaces: ['net', 'uts', 'ipc', 'mount'],
    environment: nodeEnvironment(name, undefined),
  }
}

function insidePod(
  life: PodLife | undefined,
  {target, container, agents}: {target: string; container: string | undefined; agents: readonly Agent[]},
): Inside {
  if (!life) {
    const names = livesOf(agents).map(({pod}) => pod.metadata.name)
    throw new NoTargetError(`there is no ${target}; the pods that run are ${names.join(', ') || 'none'}`)
  }
  const name = container ?? life.pod.spec.containers[0]?.name ?? ''
  const found = life.containers[name]
  if (!found)
    throw new NoTargetError(
      `pod ${life.pod.metadata.name} has no container ${name}; it has ${Object.keys(life.containers).join(', ')}`,
    )
  if (found.pid === undefined)
    throw new NoTargetError(
      `container ${name} of pod ${life.pod.metadata.name} is not running: ${reasonOf(found.state)}`,
    )
  return {pid: found.pid, namespaces: ['net', 'uts', 'ipc', 'mount', 'pid'], environment: found.environment ?? {}}
}

function reasonOf({waiting, terminated}: PodLife['containers'][string]['state']): string {
  if (waiting) return [waiting.reason, waiting.message].filter(Boolean).join(': ')
  if (terminated) return terminated.message ?? `it ended with code ${terminated.exitCode}`
  return 'it has not started'
}
