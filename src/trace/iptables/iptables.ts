import {printIptablesRule} from '../../kernel/rules/iptables.ts'
import type {IptablesChain, IptablesRule, IptablesRuleset, IptablesTable, IptablesTarget} from '../../kernel/ruleset.ts'
import type {Ip, IpFamily} from '../../net/ip.ts'
import type {Ending, Hook, Passage} from '../packet.ts'
import {from, masqueraded, redirected, towards} from '../rewrite.ts'
import {TraceError} from '../trace-error.ts'
import {type Done, walkRules} from '../walk-rules.ts'
import type {Filter, Machine} from '../world.ts'
import {chanceOf, noted} from './match.ts'

/** What a machine's iptables, or ip6tables, do to its packets: one filter for each of the kernel's own chains. */
export function iptablesFilters({tables, ...ruleset}: IptablesRuleset): readonly Filter[] {
  const family: IpFamily = ruleset.family ?? 'IPv4'
  return (Object.keys(tables) as IptablesTable[]).flatMap(table =>
    Object.keys(tables[table] ?? {}).flatMap(chain => {
      const hook = hooks[chain]
      return hook === undefined ? [] : [filterOf({family, table, chain, hook, chains: tables[table] ?? {}})]
    }),
  )
}

const hooks: Readonly<Record<string, Hook>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
}

const priorities: Readonly<Record<IptablesTable, (hook: Hook) => number>> = {
  raw: () => -300,
  mangle: () => -150,
  filter: () => 0,
  nat: hook => (hook === 'prerouting' || hook === 'output' ? -100 : 100),
}

type Place = {
  readonly family: IpFamily
  readonly table: IptablesTable
  readonly chain: string
  readonly hook: Hook
  readonly chains: Readonly<Record<string, IptablesChain>>
}

function filterOf(place: Place): Filter {
  const {family, table, chain, hook, chains} = place
  const policy = chains[chain]?.policy ?? 'ACCEPT'
  return {
    hook,
    family,
    priority: priorities[table](hook),
    isNat: table === 'nat',
    run: (passage, machine) =>
      walkChain({...place, machine}, passage).map(ending =>
        ending.verdict === 'return' ? {...ending, verdict: policy === 'DROP' ? 'drop' : 'accept'} : ending,
      ),
  }
}

type Here = Place & {readonly machine: Machine}

function walkChain(here: Here, passage: Passage): readonly Ending[] {
  const chain = here.chains[here.chain]
  if (chain === undefined)
    throw new TraceError(`${here.machine.name}: there is no chain ${here.chain} in ${here.table}`)
  return walkRules(chain.rules, passage, {
    chanceOf: (rule, at) => chanceOf(rule.matches, at, here.machine),
    act: (rule, at) => act(rule, stepped(rule, at, here), here),
  })
}

function stepped(rule: IptablesRule, passage: Passage, {machine, hook, table, chain}: Here): Passage {
  const step = {machine: machine.name, hook, table, chain, rule: printIptablesRule(chain, rule)}
  return {...passage, steps: [...passage.steps, step], notes: noted(rule.matches, passage, machine)}
}

function act({target}: IptablesRule, passage: Passage, here: Here): readonly Done[] {
  if (target === undefined) return [{passage, verdict: 'continue'}]
  switch (target.target) {
    case 'jump':
      return walkChain({...here, chain: target.chain}, passage).map(ending =>
        ending.verdict === 'return' ? {...ending, verdict: 'continue'} : ending,
      )
    case 'goto':
      return walkChain({...here, chain: target.chain}, passage)
    case 'ACCEPT':
      return [{passage, verdict: 'accept'}]
    case 'DROP':
      return [{passage, verdict: 'drop'}]
    case 'RETURN':
      return [{passage, verdict: 'return'}]
    case 'REJECT':
      return [{passage, verdict: {reject: target.with}}]
    case 'MARK':
      return [{passage: {...passage, mark: ((passage.mark & ~target.mask) ^ target.value) >>> 0}, verdict: 'continue'}]
    case 'MASQUERADE':
    case 'DNAT':
    case 'SNAT':
    case 'REDIRECT':
      return [{passage: translated(target, passage, here.machine), verdict: 'accept'}]
    case 'other':
      throw new TraceError(`${here.machine.name}: the target "${target.words.join(' ')}" is not understood`)
  }
}

type Translation = Extract<IptablesTarget, {target: 'MASQUERADE' | 'DNAT' | 'SNAT' | 'REDIRECT'}>

function translated(target: Translation, passage: Passage, machine: Machine): Passage {
  switch (target.target) {
    case 'MASQUERADE':
      return masqueraded(passage, machine)
    case 'DNAT':
      return towards(passage, target.to)
    case 'SNAT':
      return from(passage, target.to as Ip)
    case 'REDIRECT':
      return redirected(passage, machine, target.ports === undefined ? undefined : Number(target.ports))
  }
}
