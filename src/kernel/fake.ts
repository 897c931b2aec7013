import {netnsExists, noSuchNetns, opFailed} from './failure.ts'
import {applyOp} from './fake/apply-op.ts'
import {deleteLink} from './fake/links.ts'
import {type FakeNetns, freshNetns, type World} from './fake/world.ts'
import type {IpSets} from './ipset/set.ts'
import type {Kernel} from './kernel.ts'
import {netnsPath} from './netns-path.ts'
import {sysctlPath} from './observe/sysctls.ts'
import type {Op} from './op.ts'
import {commandOf, print} from './print.ts'
import type {Link, NetnsState} from './state.ts'

/** A kernel that remembers. It does what Linux does with the ops that podlab has, refusals included, and carries no packets. */
export type FakeKernel = Kernel & {
  /** The names of all namespaces. */
  netnses(): readonly string[]
  /** All that was applied to a namespace since it was made, as the commands that a person would type. */
  applied(netns: string): readonly string[]
}

export function fakeKernel(): FakeKernel {
  let world: World = new Map()
  const log = new Map<string, string[]>()

  const find = (netns: string): FakeNetns => {
    const here = world.get(netns)
    if (here === undefined) throw noSuchNetns(netns)
    return here
  }

  const apply = (netns: string, op: Op) => {
    const line = print(op)
    try {
      world = applyOp(world, {netns, op})
    } catch (cause) {
      throw opFailed({netns, line, said: cause instanceof Error ? cause.message : String(cause), cause})
    }
    log.get(netns)?.push(commandOf(line))
  }

  return {
    create: async netns => {
      netnsPath(netns)
      if (world.has(netns)) throw netnsExists(netns)
      world = new Map([...world, [netns, freshNetns]])
      log.set(netns, [])
    },
    remove: async netns => {
      const links = find(netns).links.filter(({kind}) => kind.type === 'veth')
      const left = new Map(links.reduce((world, {name}) => deleteLink(world, netns, name), world))
      left.delete(netns)
      world = left
    },
    observe: async (netns, sysctls = []) => observed(find(netns), {netns, sysctls}),
    observeRules: async (netns, family) => (family ? find(netns).rules6 : find(netns).rules),
    observeSets: async netns => sortedSets(find(netns).sets),
    observeServers: async netns => ({table: find(netns).servers}),
    observeConnections: async (netns, servers) =>
      Object.fromEntries((servers ?? Object.keys(find(netns).servers)).map(key => [key, {}])),
    observeTable: async (netns, {family, name}) => find(netns).tables[`${family} ${name}`],
    apply: async (netns, ops) => {
      find(netns)
      for (const op of ops) apply(netns, op)
    },
    netnses: () => [...world.keys()],
    applied: netns => [...(log.get(netns) ?? [])],
  }
}

/** What the tools would tell, and no more. */
function observed(here: FakeNetns, {netns, sysctls}: {netns: string; sysctls: readonly string[]}): NetnsState {
  const {links, addresses, routes, neighbours, fdb} = here
  const values = sysctls.flatMap(name => {
    const value = here.sysctls[sysctlPath(name)]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    links: links.map(link => withoutPeerName(link, netns)),
    ...{addresses, routes, neighbours, fdb},
    sysctls: Object.fromEntries(values),
  }
}

function withoutPeerName(link: Link, netns: string): Link {
  if (link.kind.type !== 'veth' || link.kind.peer.netns === netns) return link
  return {...link, kind: {type: 'veth', peer: {netns: link.kind.peer.netns}}}
}

function sortedSets(sets: IpSets): IpSets {
  return Object.fromEntries(
    Object.entries(sets).map(([name, {type, entries}]) => [name, {type, entries: entries.toSorted()}]),
  )
}
