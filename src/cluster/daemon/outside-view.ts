import {childrenOf, idsOf} from '../../kernel/processes.ts'
import type {Agent} from '../../node/agent.ts'
import type {PodLife} from '../../node/pods/pod-life.ts'
import type {AgentView} from '../join/agent-server.ts'

/** An agent outside as the lab's daemon sees it: what it has told, with processes as the daemon numbers them. */
export function outsideAgent(
  {name, nodePid, agentPid}: {readonly name: string; readonly nodePid: number; readonly agentPid: number},
  view: AgentView,
): Agent {
  const numbers = numbersBelow(agentPid)
  const lives = view.lives.map(life => renumbered(life, pid => numbers.get(pid) ?? 0))
  return {
    ...{name, pid: nodePid},
    lives: () => lives,
    rules: () => view.rules,
    notes: () => view.notes,
    troubles: () => view.troubles,
    exited: () => undefined,
    caughtUp: async () => undefined,
  }
}

/* The processes of an agent's own pid namespace, by its numbers; those of containers have a number in their container behind that. */
function numbersBelow(agentPid: number): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>()
  const wanted = [agentPid]
  for (let pid = wanted.pop(); pid !== undefined; pid = wanted.pop()) {
    const inside = idsOf(pid)[1]
    if (inside !== undefined) numbers.set(inside, pid)
    wanted.push(...childrenOf(pid))
  }
  return numbers
}

/** A pod's life with other numbers for its processes. */
export function renumbered(life: PodLife, number: (pid: number) => number): PodLife {
  const containers = Object.entries(life.containers).map(([name, container]) => {
    const {process} = container
    return [name, process ? {...container, process: {...process, pid: number(process.pid)}} : container] as const
  })
  const {sandbox} = life
  return {
    ...life,
    ...(sandbox && {sandbox: {...sandbox, pausePid: number(sandbox.pausePid)}}),
    containers: Object.fromEntries(containers),
  }
}
