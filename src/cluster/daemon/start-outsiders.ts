import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Logger} from 'pino'
import {clientCertificate} from '../../apiserver/tls/certificates.ts'
import {printKubeconfig} from '../../apiserver/tls/kubeconfig.ts'
import type {Lab, NodeConfig} from '../../lab/lab.ts'
import {parseCidr} from '../../net/cidr.ts'
import type {Agent} from '../../node/agent.ts'
import {uidOf} from '../../node/pods/pod-table.ts'
import type {Runtime} from '../../node/runtime/runtime.ts'
import {type ApiAccess, apiServerPlace} from '../api-access.ts'
import {askLog, askView} from '../join/agent-server.ts'
import {agentProgram, type JoinOptions} from '../join/options.ts'
import type {Machines} from './machines.ts'
import {outsideAgent} from './outside-view.ts'
import {noOutsider, OutsiderError, type Outsiders} from './outsiders.ts'

export type OutsiderContext = {
  readonly lab: Lab
  readonly access: ApiAccess
  readonly machines: Machines
  readonly runtime: Pick<Runtime, 'launch'>
  readonly log: Logger
}

/** Where a node's agent finds its way to the API, below the node's root; kubeadm has it there. */
const kubeconfig = '/etc/kubernetes/kubelet.conf'

/** Gives the machines of these nodes what their agents need, for each of which there is a process once it is started. */
export function outsidersOf({lab, access, machines, runtime, log}: OutsiderContext): Outsiders {
  const places = lab.nodes.flatMap((node, index) =>
    node.outside ? [[node.name, {node, pid: machines.nodes[index] ?? 0}] as const] : [],
  )
  const nodes = new Map(places)
  const running = new Map<string, {readonly pid: number; readonly gone: PromiseWithResolvers<void>}>()
  /* The pods of each node, by uid, as its agent has told last. */
  const owners = new Map<string, ReadonlySet<string>>()
  const placeOf = (name: string) => {
    const place = nodes.get(name)
    if (place) return place
    throw noOutsider(name, [...nodes.keys()])
  }

  const view = async (name: string, nodePid: number, agentPid: number): Promise<Agent | undefined> => {
    try {
      const found = await askView(socketOf(nodePid), AbortSignal.timeout(patience))
      owners.set(name, new Set(found.lives.map(({pod}) => uidOf(pod))))
      return outsideAgent({name, nodePid, agentPid}, found)
    } catch (error) {
      log.warn({err: error, node: name}, "the node's agent does not say what it does")
      return undefined
    }
  }

  for (const {node, pid} of nodes.values()) writeKubeconfig(pid, kubeconfigOf(node, {lab, access}))

  return {
    pids: new Map(places.map(([name, {pid}]) => [name, pid])),
    start: async name => {
      const {node, pid: nodePid} = placeOf(name)
      if (running.has(name)) throw new OutsiderError(`the agent of ${name} runs already`)
      const argv = [process.execPath, agentProgram, JSON.stringify(joinOptions(lab, node, nodePid))] as const
      const environment = Object.fromEntries(Object.entries(process.env).filter(isSet))
      const pid = await runtime.launch({nodePid, name: idOf(name), argv: [...argv], environment})
      running.set(name, {pid, gone: Promise.withResolvers()})
      log.info({node: name, pid}, 'agent started as a process of its own')
    },
    stop: async name => {
      placeOf(name)
      const agent = running.get(name)
      if (!agent) throw new OutsiderError(`the agent of ${name} does not run`)
      process.kill(agent.pid, 'SIGKILL')
      await agent.gone.promise
    },
    look: async () => {
      const views = await Promise.all([...running].map(([name, {pid}]) => view(name, placeOf(name).pid, pid)))
      return views.flatMap(agent => agent ?? [])
    },
    readLog: question => {
      const name = [...owners].find(([, uids]) => uids.has(question.id.split('/')[0] ?? ''))?.[0]
      return name === undefined ? undefined : askLog(socketOf(placeOf(name).pid), question)
    },
    exited: (id, code) => {
      const name = id.slice(idOf('').length)
      const agent = running.get(name)
      if (!id.startsWith(idOf('')) || !agent) return
      running.delete(name)
      agent.gone.resolve()
      log.warn({node: name, code}, "the node's agent ended")
    },
  }
}

function idOf(name: string): string {
  return `agent of ${name}`
}

function joinOptions({cluster}: Lab, {name, address, podSubnet}: NodeConfig, pid: number): JoinOptions {
  const {podNetwork, serviceRange, overlay} = cluster
  return {
    ...{name, address, podNetwork, serviceRange, overlay, kubeconfig, socket},
    podSubnet: parseCidr(podSubnet),
    link: 'eth0',
    root: `/proc/${pid}/root`,
  }
}

/** Where a node's agent answers, below the node's root. */
const socket = '/run/podlab/agent.sock'

function socketOf(nodePid: number): string {
  return `/proc/${nodePid}/root${socket}`
}

/** How long an agent may take to say what it does, in ms; it takes some. */
const patience = 1000

/* A node of Kubernetes has a certificate that says so: the user system:node:NAME, of the group system:nodes. */
function kubeconfigOf({name}: NodeConfig, {lab, access}: Pick<OutsiderContext, 'lab' | 'access'>): string {
  const {authority} = access.certificates
  const who = {commonName: `system:node:${name}`, organizations: ['system:nodes']}
  const pair = clientCertificate({certificate: authority, key: access.authorityKey}, who, new Date())
  const {ip, port} = apiServerPlace(lab)
  return printKubeconfig({server: `https://${ip}:${port}`, lab: lab.name, authority, ...pair})
}

function writeKubeconfig(pid: number, text: string): void {
  const path = `/proc/${pid}/root${kubeconfig}`
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, text, {mode: 0o600})
}

function isSet(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined
}
