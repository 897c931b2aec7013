import type {IptablesMatch, IptablesRule} from '../ruleset.ts'
import {parseMatches} from './parse-match.ts'
import {printMatch} from './print-match.ts'
import {RulesetError} from './ruleset-error.ts'
import {parseTarget, printTarget} from './target.ts'
import {splitWords} from './words.ts'

/** The rule as iptables-save prints it: `-A KUBE-SERVICES -d 10.96.0.10/32 ... -j KUBE-SVC-ERIFXISQEP7F7OF4`. */
export function printIptablesRule(chain: string, rule: IptablesRule): string {
  const specification = printSpecification(rule)
  return specification === '' ? `-A ${chain}` : `-A ${chain} ${specification}`
}

/** The rule without its chain; two rules are the same when this is. A rule is never changed, so its text is worked out once. */
export function printSpecification(rule: IptablesRule): string {
  const known = printed.get(rule)
  if (known !== undefined) return known
  const {matches, target} = rule
  const words = matches.map((match, index) => printMatch(match, matches[index - 1]))
  const text = (target === undefined ? words : [...words, printTarget(target)]).join(' ')
  printed.set(rule, text)
  return text
}

const printed = new WeakMap<IptablesRule, string>()

/** Do both lists hold the same rules in the same order? */
export function sameRules(a: readonly IptablesRule[], b: readonly IptablesRule[]): boolean {
  if (a === b) return true
  return (
    a.length === b.length &&
    a.every((rule, index) => rule === b[index] || printSpecification(rule) === printSpecification(b[index] ?? nothing))
  )
}

const nothing: IptablesRule = {matches: []}

/** Reads one `-A` line of iptables-save; throws RulesetError for any other line. Unknown conditions and targets stay as words. */
export function parseIptablesRule(line: string): {readonly chain: string; readonly rule: IptablesRule} {
  const [verb, chain, ...words] = splitWords(line)
  if (verb !== '-A' || chain === undefined)
    throw new RulesetError(`"${line}" is not a rule; expected -A and a chain, as iptables-save prints it`)
  return {chain, rule: ruleOf(groupsOf(words))}
}

function ruleOf(groups: readonly (readonly string[])[]): IptablesRule {
  const last = groups.at(-1)
  const hasTarget = last?.[0] === '-j' || last?.[0] === '-g'
  const matches: IptablesMatch[] = []
  for (const words of hasTarget ? groups.slice(0, -1) : groups) matches.push(...parseMatches(words, matches.at(-1)))
  return hasTarget && last !== undefined ? {matches, target: parseTarget(last)} : {matches}
}

/** One group a basic condition, a module with its options, or the target, which is always the last. */
function groupsOf(words: readonly string[]): string[][] {
  const groups: string[][] = []
  for (let index = 0; index < words.length; ) {
    const length = groupLength(words, index)
    groups.push(words.slice(index, index + length))
    index += length
  }
  return groups
}

function groupLength(words: readonly string[], start: number): number {
  if (words[start] === '-j' || words[start] === '-g') return words.length - start
  let end = start + (words[start] === '!' ? 2 : 1)
  // A comment may look like an option: iptables-save leaves `--comment -A` bare.
  while (end < words.length && (words[end - 1] === '--comment' || !beginsGroup(words, end))) end++
  return end - start
}

function beginsGroup(words: readonly string[], index: number): boolean {
  const word = words[index] === '!' ? words[index + 1] : words[index]
  return word !== undefined && /^-[a-z]$/.test(word)
}
