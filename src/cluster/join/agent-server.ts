import {rmSync} from 'node:fs'
import type {Agent} from '../../node/agent.ts'
import type {PacketPlan} from '../../node/plan.ts'
import type {PodLife} from '../../node/pods/pod-life.ts'
import type {LogAnswer, LogQuestion} from '../../node/runtime/read-log.ts'
import {askSocket} from '../control.ts'
import {serveVerbs} from '../daemon/control-server.ts'

/*
 * An API server asks the kubelet of a pod's node for what is inside of containers: exec, logs, port-forward. A kubelet answers at port 10250; this
 * agent, where somebody wants it to, at a unix socket among the node's files. It is never asked for what the Kubernetes API knows.
 */

/** What an agent tells of its node. Process ids are the agent's own numbers. */
export type AgentView = {
  readonly lives: readonly PodLife[]
  readonly rules: readonly PacketPlan[]
  readonly notes: readonly string[]
  readonly troubles: readonly string[]
}

export type AgentServer = {
  readonly socket: string
  readonly agent: Pick<Agent, 'lives' | 'rules' | 'notes' | 'troubles'>
  readonly readLog: (question: LogQuestion) => Promise<LogAnswer | undefined>
}

export async function serveAgent({socket, agent, readLog}: AgentServer): Promise<void> {
  rmSync(socket, {force: true}) // that of an agent before
  await serveVerbs(socket, {
    view: async (): Promise<AgentView> => ({
      lives: agent.lives(),
      rules: agent.rules(),
      notes: agent.notes(),
      troubles: agent.troubles(),
    }),
    log: async (question: LogQuestion) => (await readLog(question)) ?? null,
  })
}

export async function askView(socket: string, signal: AbortSignal): Promise<AgentView> {
  return (await askSocket(socket, 'view', {}, signal)) as AgentView
}

export async function askLog(socket: string, question: LogQuestion): Promise<LogAnswer | undefined> {
  return ((await askSocket(socket, 'log', question)) as LogAnswer | null) ?? undefined
}
