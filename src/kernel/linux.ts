import {applyBatch, type Place} from './apply-batch.ts'
import {type Batch, batches} from './batch.ts'
import {sameKind} from './diff/link-kind.ts'
import {parseIpSets} from './ipset/parse.ts'
import {parseIpvsTable} from './ipvs/parse.ts'
import {type Kernel, KernelError, type Run} from './kernel.ts'
import {areRequests} from './netlink-requests.ts'
import {ipNetns, type NetnsKeeper} from './netns.ts'
import {parseNftTable} from './nftables/parse.ts'
import {observeConnections} from './observe/connections.ts'
import {looker, observeNetns} from './observe/netns.ts'
import type {Op} from './op.ts'
import {parseIptablesSave} from './rules/iptables.ts'

type LinuxKernel = {
  readonly run: Run
  readonly netlink?: (question: {readonly netns: string; readonly ops: readonly Op[]}) => Promise<boolean>
  readonly namespaces?: NetnsKeeper
}

/**
 * The kernel that acts: the standard tools, a batch of lines to each, run in the namespace that is meant. `run` starts them
 * (`nsenterRun()`), `namespaces` makes and removes namespaces; without it `ip netns` does. `netlink` takes short batches of `ip`, such as
 * a pod's, and what conntrack is to forget, to the kernel without a process; what it could not do (it answers false) the tools do, or say why not.
 */
export function linuxKernel({run, netlink, namespaces = ipNetns()}: LinuxKernel): Kernel {
  const kernel: Kernel = {
    create: netns => namespaces.create(netns),

    remove: async netns => {
      await kernel.apply(netns, await deletionOfVeths(kernel, netns))
      await namespaces.remove(netns)
    },

    observe: (netns, sysctls = []) => observeNetns(run, {netns, sysctls}),

    observeRules: async (netns, family) =>
      parseIptablesSave(await looker(run, netns)([family ? 'ip6tables-save' : 'iptables-save']), family),

    observeSets: async netns => parseIpSets(await looker(run, netns)(['ipset', 'save'])),

    observeServers: async netns => ({table: parseIpvsTable(await looker(run, netns)(['ipvsadm', '-Sn']))}),

    observeConnections: (netns, servers) => observeConnections(run, {netns, servers}),

    observeTable: async (netns, {family, name}) => {
      const {code, stdout, stderr} = await run({netns, argv: ['nft', 'list', 'table', family, name]})
      if (code === 0) return parseNftTable(stdout)
      if (stderr.includes('No such file or directory')) return undefined
      const line = `nft list table ${family} ${name}`
      throw new KernelError(`${stderr.trim()}: ${line} (in network namespace ${netns})`, {
        code: 'unreadable',
        netns,
        line,
      })
    },

    apply: async (netns, ops) => {
      const place: Place = {run, netns, holds: ({link}) => holdsLink(kernel, netns, link)}
      for (const batch of batches(ops)) {
        const done = netlink !== undefined && (await request({netlink, netns}, batch))
        if (!done) await applyBatch(place, batch)
      }
    },
  }
  return kernel
}

async function request(
  {netlink, netns}: {readonly netlink: NonNullable<LinuxKernel['netlink']>; readonly netns: string},
  batch: Batch,
): Promise<boolean> {
  const ops = batch.ops.map(({op}) => op)
  return (batch.tool === 'conntrack' || areRequests(ops)) && (await netlink({netns, ops}))
}

/**
 * The kernel frees a namespace in its own time, some 30 ms after the last user has gone, and until then the other ends of its
 * veth pairs are still there. So they are taken out first: after `remove` their names are free.
 */
async function deletionOfVeths(kernel: Kernel, netns: string) {
  const {links} = await kernel.observe(netns)
  return links
    .filter(({kind}) => kind.type === 'veth' && kind.peer.netns !== netns)
    .map(({name}) => ({op: 'deleteLink', name}) as const)
}

async function holdsLink(kernel: Kernel, netns: string, wanted: {name: string; kind: Parameters<typeof sameKind>[0]}) {
  const {links} = await kernel.observe(netns)
  return links.some(({name, kind}) => name === wanted.name && sameKind(kind, wanted.kind))
}
