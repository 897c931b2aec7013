/**
 * The first process of a sandbox with nodes, each with one pod, and their networks; leases are handed out here, so that nodes can
 * join and leave. The topology is drawn in `_overlay.ts`.
 */
import {execFileSync, spawn} from 'node:child_process'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import {machinePlan, underlayMtu, underlayNetns, underlayPlan} from '../../src/cluster/underlay.ts'
import {changes} from '../../src/kernel/diff.ts'
import {linuxKernel} from '../../src/kernel/linux.ts'
import {nsenterRun} from '../../src/kernel/run.ts'
import type {ClusterConfig} from '../../src/lab/lab.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {createDaemons} from '../../src/node/daemons.ts'
import {createNetwork, type NodeNetwork} from '../../src/node/network.ts'
import {overlayNamed} from '../../src/node/overlay/index.ts'
import type {Lease} from '../../src/node/overlay/overlay-backend.ts'
import {startForwarderThread} from '../../src/node/overlay/udp/forwarder-thread.ts'
import {master, node1, node2} from '../contract/overlay.ts'
import {serve} from './_serve.ts'

const cluster: ClusterConfig = {
  podNetwork: parseNetwork('172.17.0.0/16'),
  serviceRange: parseNetwork('10.96.0.0/12'),
  underlay: parseNetwork('10.0.20.0/24'),
  overlay: 'vxlan',
  proxyMode: 'iptables',
  proxy: {},
}

const leases = [master, node1, node2]
const machines = leases.map(({node, publicIp}) => ({name: node, address: publicIp}))

execFileSync('mount', ['--make-rprivate', '/'])
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run'])
mkdirSync('/run/netns')

const run = nsenterRun()
const kernel = linuxKernel({run})
const daemons = createDaemons(() => startForwarderThread(new URL('_breaking-forwarder.ts', import.meta.url)))
const networks = new Map<string, NodeNetwork>()
const files: Record<string, string> = {}
const deaths: string[] = []

serve({
  /** Makes everything; with `standIn`, without TUN devices. Each pod has the second address of its node's subnet. */
  make: async (standIn: boolean) => {
    for (const netns of [underlayNetns, ...leases.flatMap(({node}) => [node, podOf(node)])]) await kernel.create(netns)
    await kernel.apply(underlayNetns, changes(await kernel.observe(underlayNetns), underlayPlan(cluster, machines)))
    for (const lease of leases) networks.set(lease.node, networkOf(lease, standIn))
  },
  /** These nodes are the cluster from now on, and carry packets that way. */
  carry: async (backend: string, ...nodes: readonly string[]) => {
    const members = leases.filter(({node}) => nodes.includes(node))
    await Promise.all(
      members.map(self =>
        networks.get(self.node)?.setPeers(
          members.filter(peer => peer !== self),
          overlayNamed(backend),
        ),
      ),
    )
  },
  attach: async (...nodes: readonly string[]) => {
    for (const node of nodes) await networks.get(node)?.attach([podOf(node)])
  },
  run: (netns: string, ...argv: [string, ...string[]]) => run({netns, argv}),
  observe: (netns: string) => kernel.observe(netns),
  notes: (node: string) => networks.get(node)?.notes(),
  file: (path: string) => files[path],
  deaths: () => deaths.splice(0),
  /** How a process ends that has such a thread and says no more than that it wants to exit, with 7; null when it does not. */
  exitCode: () =>
    new Promise(resolve => {
      const program = join(import.meta.dirname, '_exiting-forwarder.ts')
      const child = spawn(process.execPath, [program], {stdio: 'ignore', timeout: 60_000})
      child.on('exit', resolve)
    }),
  /** Breaks the thread in which all nodes' packets are forwarded. */
  breakDaemons: async () => {
    writeFileSync('/run/break', '')
    await networks.get('master')?.setPeers([])
    while (deaths.length < 2) await setTimeout(10)
    rmSync('/run/break')
  },
})

function networkOf(self: Lease, standIn: boolean): NodeNetwork {
  const machine = machines.find(({name}) => name === self.node)
  if (machine === undefined) throw new Error(`no machine ${self.node}`)
  return createNetwork({
    netns: self.node,
    kernel,
    backend: overlayNamed('vxlan'),
    network: cluster.podNetwork,
    self,
    underlay: {link: 'eth0', mtu: underlayMtu, ...(standIn && {standIn: underlayNetns})},
    machine: machinePlan(cluster, machine, machines),
    writeFile: (path, text) => {
      files[`${self.node}${path}`] = text
    },
    daemons,
    daemonDied: error => deaths.push(`${self.node}: ${error.message}`),
  })
}

function podOf(node: string): string {
  return `pod-${node}`
}
