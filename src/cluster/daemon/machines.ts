import {existsSync, symlinkSync} from 'node:fs'
import {changes} from '../../kernel/diff.ts'
import type {Kernel} from '../../kernel/kernel.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {emptyNetns} from '../../kernel/state.ts'
import type {Lab} from '../../lab/lab.ts'
import type {Runtime} from '../../node/runtime/runtime.ts'
import {machineResolvConf, upstreamAddress} from '../dns/upstream.ts'
import {internetNetns, internetPlan, internetServer} from '../outside.ts'
import {StartError} from '../start-error.ts'
import {type Machine, machinePlan, routerAddress, underlayNetns, underlayPlan} from '../underlay.ts'

/** The processes that own the namespaces of a lab's machines: of the nodes in their order, of the clients by name. */
export type Machines = {readonly nodes: readonly number[]; readonly clients: ReadonlyMap<string, number>}

type Making = {
  readonly lab: Lab
  readonly kernel: Kernel
  readonly runtime: Runtime
  /** Writes a file in the mount namespace of a process. */
  readonly writeFile: (pid: number, path: string, text: string) => void
}

/** Makes the namespaces of the nodes, the underlay that joins them, and all that lies outside the cluster. */
export async function makeMachines(making: Making): Promise<Machines> {
  const {lab, kernel, runtime, writeFile} = making
  if (lab.cluster.ipv6 && !existsSync('/proc/sys/net/ipv6'))
    throw new StartError(
      'this kernel has no IPv6 (ipv6.disable=1, or built without): leave ipFamilies out of the lab, or boot a kernel that has it',
      'start-failed',
    )
  symlinkSync('/proc/1/ns/net', netnsPath(underlayNetns))
  const hold = ({name}: Machine) => runtime.hold({netns: name, hostname: name, as: 'node'})
  const [nodes, clients, internet] = await Promise.all([
    Promise.all(lab.nodes.map(hold)),
    Promise.all(lab.clients.map(hold)),
    lab.internet.length > 0 ? runtime.hold({netns: internetNetns, hostname: 'internet', as: 'pod'}) : undefined,
  ])
  const machines = [...lab.nodes, ...lab.clients]
  const names = upstreamAddress(lab)
  if (names) for (const pid of [...nodes, ...clients]) writeFile(pid, '/etc/resolv.conf', machineResolvConf(names))
  await kernel.apply(underlayNetns, changes(emptyNetns, underlayPlan(lab.cluster, machines, lab.internet)))
  await Promise.all([
    ...[...lab.clients, ...lab.nodes.filter(({outside}) => outside)].map(one =>
      converge(kernel, one.name, machinePlan(lab.cluster, one, machines)),
    ),
    ...(internet === undefined ? [] : [startInternet(making, internet)]),
  ])
  return {nodes, clients: new Map(lab.clients.map(({name}, index) => [name, clients[index] ?? 0]))}
}

async function startInternet({lab, kernel, runtime}: Making, pid: number): Promise<void> {
  const router = routerAddress(lab.cluster.underlay, [...lab.nodes, ...lab.clients])
  await converge(kernel, internetNetns, internetPlan(lab.internet, {router, behind: underlayNetns}))
  await runtime.start(internetServer(lab.internet, pid))
}

/* The underlay has put one end of a cable into the namespace already. */
async function converge(kernel: Kernel, netns: string, wanted: ReturnType<typeof machinePlan>): Promise<void> {
  await kernel.apply(netns, changes(await kernel.observe(netns, Object.keys(wanted.sysctls)), wanted))
}
