import {changeOf, empty, fresh, nftChangeBetween, splitNftChange, steps} from './change.ts'
import {isLargeTable, type NftPart, partsOfNftTable, sharedTable} from './parts.ts'
import type {NftChange, NftPlan, NftTable} from './table.ts'

/**
 * The transactions that make a table anew, whatever was there. Those of many Services come one by one, each as soon as so many characters of it are worked out: so the
 * first can be on its way to the kernel while the rest is planned; undefined is a pause between two Services, for who has something to do meanwhile. At first the chains
 * that the kernel enters are empty, and what leads to the Services comes last.
 */
export function* nftStepsFromNothing(plan: NftPlan, limit: number): Generator<NftChange | undefined> {
  const {table} = plan
  const parts = table && isLargeTable(table) ? partsOfNftTable(table) : undefined
  if (parts === undefined) {
    const whole = nftChangeBetween(undefined, plan)
    if (whole !== undefined) yield* splitNftChange(whole, limit)
    return
  }
  const place = `${plan.family} ${plan.name}`
  const base = withoutRules(parts.shared)
  let commands = [...fresh(place, base), ...steps(place, empty, base)]
  let [size, room] = [0, limit / firstPart]
  for (let at = 0; at < parts.own.count; at++) {
    for (const command of partCommands(place, parts.own.at(at))) {
      commands.push(command)
      size += command.length
    }
    if (size > room) {
      yield changeOf(plan, commands)
      commands = []
      ;[size, room] = [0, limit]
    }
    if ((at + 1) % servicesAtOnce === 0) yield undefined
  }
  for (const command of steps(place, base, sharedTable(parts))) commands.push(command)
  yield* splitNftChange(changeOf(plan, commands), limit)
}

function partCommands(place: string, {sets, chains}: NftPart): string[] {
  const commands = steps(place, empty, {...empty, sets})
  for (const [name] of chains) commands.push(`add chain ${place} ${name}`)
  for (const [name, {rules}] of chains) for (const rule of rules) commands.push(`add rule ${place} ${name} ${rule}`)
  return commands
}

/* The first transaction is smaller, as nothing is under way until it is. */
const firstPart = 5

/* A few milliseconds' work. */
const servicesAtOnce = 16

function withoutRules(table: NftTable): NftTable {
  const chains = Object.entries(table.chains).map(([name, chain]) => [name, {...chain, rules: []}])
  return {...table, chains: Object.fromEntries(chains)}
}
