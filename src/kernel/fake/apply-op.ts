import type {Op} from '../op.ts'
import {applyRulesChange} from '../rules/iptables.ts'
import {
  addAddress,
  deleteAddress,
  deleteFdb,
  deleteNeighbour,
  deleteRoute,
  replaceFdb,
  replaceNeighbour,
  replaceRoute,
  setSysctl,
} from './entries.ts'
import {addLink, deleteLink} from './links.ts'
import {changeServers} from './servers.ts'
import {changeSets, refuseUnknownSets} from './sets.ts'
import {setLink} from './settings.ts'
import {edit, type FakeNetns, type World} from './world.ts'

/** The world after an op in one of its namespaces; throws Refusal, in the kernel's words, for what Linux refuses. */
export function applyOp(world: World, {netns, op}: {netns: string; op: Op}): World {
  if (op.op === 'addLink') return addLink(world, netns, op.link)
  if (op.op === 'deleteLink') return deleteLink(world, netns, op.name)
  return edit(world, netns, here => applyWithin(here, op))
}

type LocalOp = Exclude<Op, {readonly op: 'addLink' | 'deleteLink'}>

function applyWithin(here: FakeNetns, op: LocalOp): FakeNetns {
  switch (op.op) {
    case 'setLink':
      return setLink(here, op.name, op.set)
    case 'addAddress':
      return addAddress(here, op.address)
    case 'deleteAddress':
      return deleteAddress(here, op.address)
    case 'replaceRoute':
      return replaceRoute(here, op.route)
    case 'deleteRoute':
      return deleteRoute(here, op.route)
    case 'replaceNeighbour':
      return replaceNeighbour(here, op.neighbour)
    case 'deleteNeighbour':
      return deleteNeighbour(here, op.neighbour)
    case 'replaceFdb':
      return replaceFdb(here, op.entry)
    case 'deleteFdb':
      return deleteFdb(here, op.entry)
    case 'setSysctl':
      return setSysctl(here, op.name, op.value)
    case 'changeRules':
      if (op.change.family) return {...here, rules6: applyRulesChange(here.rules6, op.change)}
      return withRules(here, applyRulesChange(here.rules, op.change))
    case 'forgetConnections':
      return here
    case 'changeSets': {
      const {set, remove} = op.change
      return {...here, sets: changeSets(here, set, remove)}
    }
    case 'changeServers':
      return {...here, servers: changeServers(here, op.change)}
    case 'changeTable': {
      const {family, name, table} = op.change
      const {[`${family} ${name}`]: _old, ...others} = here.tables
      return {...here, tables: table ? {...others, [`${family} ${name}`]: table} : others}
    }
  }
}

function withRules(here: FakeNetns, rules: FakeNetns['rules']): FakeNetns {
  const changed = {...here, rules}
  refuseUnknownSets(changed)
  return changed
}
