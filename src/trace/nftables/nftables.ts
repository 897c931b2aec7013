import type {NftHook, NftTable} from '../../kernel/nftables/table.ts'
import {familyOf, type IpFamily} from '../../net/ip.ts'
import type {Ending, Passage} from '../packet.ts'
import {portUnreachable} from '../refusal.ts'
import {masqueraded, towards} from '../rewrite.ts'
import {TraceError} from '../trace-error.ts'
import {type Done, walkRules, withChance} from '../walk-rules.ts'
import type {Filter, Machine} from '../world.ts'
import {elementOf, isMatch} from './match.ts'
import {type NftVerdict, parseStatements, type Statement, verdictOf} from './statement.ts'

/** What a table of nftables does to a machine's packets: one filter for each chain that a hook enters. `name` is `ip kube-proxy`; `inet` is of both families. */
export function nftFilters(name: string, table: NftTable): readonly Filter[] {
  const rules = new Map(
    Object.entries(table.chains).map(([chain, {rules: texts}]) => [chain, once(() => texts.map(ruleOf))]),
  )
  const family = familyIn(name)
  return Object.entries(table.chains).flatMap(([chain, {base}]) => {
    if (base === undefined) return []
    const {hook, priority, type} = base
    return [
      {
        ...{hook, priority, isNat: type === 'nat', ...(family && {family})},
        run: (passage, machine) =>
          walkChain({name, table, rules, hook, chain, machine}, passage).map(ending =>
            ending.verdict === 'return' ? {...ending, verdict: 'accept' as const} : ending,
          ),
      } satisfies Filter,
    ]
  })
}

/* Those of a table of both are asked for every packet. */
function familyIn(name: string): IpFamily | undefined {
  const [word = ''] = name.split(' ')
  switch (word) {
    case 'ip':
      return 'IPv4'
    case 'ip6':
      return 'IPv6'
    case 'inet':
      return undefined
  }
  throw new TraceError(`a table of the family ${word} is not understood: ${name}`)
}

type Rule = {readonly text: string; readonly statements: readonly Statement[]}

function ruleOf(text: string): Rule {
  return {text, statements: parseStatements(text)}
}

/* A packet sees few of thousands of chains. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

type Here = {
  readonly name: string
  readonly table: NftTable
  readonly rules: ReadonlyMap<string, () => readonly Rule[]>
  readonly hook: NftHook
  readonly chain: string
  readonly machine: Machine
}

function walkChain(here: Here, passage: Passage): readonly Ending[] {
  const rules = here.rules.get(here.chain)
  if (rules === undefined) throw new TraceError(`${here.machine.name}: there is no chain ${here.chain} in ${here.name}`)
  return walkRules(rules(), passage, {
    chanceOf: ({statements}, at) => (takes(statements, at, here) ? 1 : 0),
    act: (rule, at) => perform(rule.statements, stepped(rule, at, here), here),
  })
}

function stepped({text: rule}: Rule, passage: Passage, {machine, hook, name: table, chain}: Here): Passage {
  return {...passage, steps: [...passage.steps, {machine: machine.name, hook, table, chain, rule}]}
}

/** Whether all conditions hold, the maps that are looked into know the packet, and it is of the family that is spoken of. */
function takes(statements: readonly Statement[], passage: Passage, here: Here): boolean {
  return statements.every(statement => isFor(statement, passage, here))
}

function isFor(statement: Statement, passage: Passage, here: Here): boolean {
  switch (statement.is) {
    case 'match':
      return isMatch(statement, passage, here)
    case 'vmap':
      return looked(statement, passage, here) !== undefined
    case 'verdict': {
      const {verdict} = statement
      const family = familyOf(passage.packet.destination)
      return verdict.verdict !== 'reject' || (verdict.family ?? family) === family
    }
    case 'update':
      return elementOf([statement.key], passage, here.machine) !== undefined
    case 'lots':
    case 'mark':
    case 'dnat':
    case 'masquerade':
      return true
  }
}

function looked(
  {keys, in: map}: Extract<Statement, {is: 'vmap'}>,
  passage: Passage,
  {table, machine}: Here,
): NftVerdict | undefined {
  const element = elementOf(keys, passage, machine)
  if (element === undefined) return undefined
  if ('values' in map) return map.values[element]
  const named = table.maps[map.map]
  if (named === undefined) throw new TraceError(`${machine.name}: there is no map ${map.map}`)
  const found = named.elements[element]
  return found && verdictOf(found.value)
}

function perform([statement, ...rest]: readonly Statement[], passage: Passage, here: Here): readonly Done[] {
  if (statement === undefined) return [{passage, verdict: 'continue'}]
  const next = (after: Passage) => perform(rest, after, here)
  switch (statement.is) {
    case 'match':
      return next(passage)
    case 'vmap': {
      const verdict = looked(statement, passage, here)
      return verdict === undefined ? next(passage) : obey(verdict, passage, here)
    }
    case 'lots': {
      const {verdicts} = statement
      return verdicts.flatMap(verdict => obey(verdict, withChance(passage, 1 / verdicts.length), here))
    }
    case 'verdict':
      return obey(statement.verdict, passage, here)
    case 'mark': {
      const {by, value} = statement
      return next({...passage, mark: (by === '|' ? passage.mark | value : passage.mark ^ value) >>> 0})
    }
    case 'update': {
      const note = {machine: here.machine.name, list: statement.set, ip: passage.packet.source}
      return next({...passage, notes: [...passage.notes, note]})
    }
    case 'dnat':
      return [{passage: towards(passage, statement.to), verdict: 'accept'}]
    case 'masquerade':
      return [{passage: masqueraded(passage, here.machine), verdict: 'accept'}]
  }
}

function obey(verdict: NftVerdict, passage: Passage, here: Here): readonly Done[] {
  switch (verdict.verdict) {
    case 'accept':
    case 'drop':
    case 'return':
      return [{passage, verdict: verdict.verdict}]
    case 'reject':
      return [{passage, verdict: portUnreachable(passage.packet)}]
    case 'jump':
      return walkChain({...here, chain: verdict.chain}, passage).map(ending =>
        ending.verdict === 'return' ? {...ending, verdict: 'continue'} : ending,
      )
    case 'goto':
      return walkChain({...here, chain: verdict.chain}, passage)
  }
}
