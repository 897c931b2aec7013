import type {Ending, Passage} from './packet.ts'

/** What one rule does to a packet: endings, those of them with `continue` go on with the next rule. */
export type Done = {readonly passage: Passage; readonly verdict: Ending['verdict'] | 'continue'}

/** How likely a rule takes a packet: 0 when it does not, 1 when it does, between them when it draws lots. */
export type Chance = number

/** Walks a chain from a rule on. Where chance decides, both ways are gone. */
export function walkRules<Rule>(
  rules: readonly Rule[],
  passage: Passage,
  {chanceOf, act}: {chanceOf(rule: Rule, passage: Passage): Chance; act(rule: Rule, passage: Passage): readonly Done[]},
  from = 0,
): readonly Ending[] {
  for (const [index, rule] of rules.entries()) {
    if (index < from) continue
    const chance = chanceOf(rule, passage)
    if (chance === 0) continue
    const goOn = (next: Passage) => walkRules(rules, next, {chanceOf, act}, index + 1)
    const taken = act(rule, withChance(passage, chance)).flatMap(({passage: next, verdict}) =>
      verdict === 'continue' ? goOn(next) : [{passage: next, verdict}],
    )
    return chance < 1 ? [...taken, ...goOn(withChance(passage, 1 - chance))] : taken
  }
  return [{passage, verdict: 'return'}]
}

export function withChance(passage: Passage, chance: number): Passage {
  return chance === 1 ? passage : {...passage, probability: passage.probability * chance}
}
