import test from 'ava'
import fc from 'fast-check'
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesRule,
  parseIptablesSave,
  planBetween,
  planChange,
  printIptablesSave,
  printRulesChange,
  splitChange,
} from '../../../src/kernel/rules/iptables.ts'
import type {IptablesRule, RulesChange, Ruleset, RulesPlan} from '../../../src/kernel/ruleset.ts'

/** The plan of an owner of chains MY-*, written as iptables lines: `MY-` chains are its own, the rest are jumps. */
function planOf(lines: string, at: 'top' | 'bottom' = 'top'): RulesPlan {
  const parsed = lines
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => parseIptablesRule(line.trim()))
  const own = parsed.filter(({chain}) => chain.startsWith('MY-'))
  const chains = Object.fromEntries(
    Map.groupBy(own, ({chain}) => chain)
      .entries()
      .map(([chain, members]) => [chain, members.map(({rule}) => rule)]),
  )
  const jumps = parsed.filter(({chain}) => !chain.startsWith('MY-')).map(jump => ({...jump, at}))
  return {backend: 'iptables', owner: 'me', prefixes: ['MY-'], tables: {filter: {chains, jumps}}}
}

function rulesetOf(lines: string): Ruleset {
  const rules = lines.trim().replace(/^ +/gm, '')
  const own = new Set(rules.match(/(?<=^-A )(?:MY|THEIR)-\S+/gm))
  const heads = [...own].map(chain => `:${chain} - [0:0]\n`).join('')
  return parseIptablesSave(
    `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${heads}${rules}\nCOMMIT\n`,
  )
}

function printed(change: RulesChange | undefined): string {
  return change === undefined ? 'nothing' : printRulesChange(change)
}

const wanted = planOf(`
  -A MY-A -j MY-B
  -A MY-B -j ACCEPT
  -A FORWARD -j MY-A
  -A FORWARD -j MY-B
`)

test('into nothing: chains are declared, filled, then jumped to, the later jump above the earlier', t => {
  const change = planChange(emptyRuleset, wanted)
  t.is(
    printed(change),
    `*filter
:MY-A - [0:0]
:MY-B - [0:0]
-A MY-A -j MY-B
-A MY-B -j ACCEPT
-I FORWARD -j MY-A
-I FORWARD -j MY-B
COMMIT
`,
  )
  t.is(
    printIptablesSave(applyRulesChange(emptyRuleset, change ?? t.fail('no change'))),
    printIptablesSave(
      rulesetOf(`
        -A FORWARD -j MY-B
        -A FORWARD -j MY-A
        -A MY-A -j MY-B
        -A MY-B -j ACCEPT
      `),
    ),
  )
})

const changes = test.macro((t, observed: string, change: string) => {
  const ruleset = rulesetOf(observed)
  const planned = planChange(ruleset, wanted)
  t.is(printed(planned), change)
  if (planned !== undefined) t.is(planChange(applyRulesChange(ruleset, planned), wanted), undefined)
})

const settled = `
  -A FORWARD -j MY-A
  -A FORWARD -j MY-B
  -A MY-A -j MY-B
  -A MY-B -j ACCEPT`

test('wanted rules that are there, jumps in any order: nothing to do', changes, settled, 'nothing')

test(
  'a rule put into an own chain by hand: that chain is rewritten, no other',
  changes,
  `${settled}\n-A MY-B -j DROP`,
  '*filter\n:MY-B - [0:0]\n-A MY-B -j ACCEPT\nCOMMIT\n',
)

test(
  'a stale chain is removed with the jumps to it',
  changes,
  `${settled}\n-A INPUT -j MY-OLD\n-A MY-OLD -j MY-OLDER\n-A MY-OLDER -j DROP`,
  '*filter\n:MY-OLD - [0:0]\n:MY-OLDER - [0:0]\n-D INPUT -j MY-OLD\n-X MY-OLD\n-X MY-OLDER\nCOMMIT\n',
)

test(
  'a jump that is there twice loses one',
  changes,
  `-A FORWARD -j MY-B\n${settled}`,
  '*filter\n-D FORWARD -j MY-B\nCOMMIT\n',
)

test(
  'a jump from a place where it is not wanted is deleted',
  changes,
  `-A OUTPUT -j MY-B\n${settled}`,
  '*filter\n-D OUTPUT -j MY-B\nCOMMIT\n',
)

test(
  "other people's chains and rules are left alone",
  changes,
  `-A INPUT -j THEIR-A\n-A INPUT -j DROP\n${settled}\n-A THEIR-A -j DROP`,
  'nothing',
)

test('a jump wanted at the bottom is appended', t => {
  const plan = planOf('-A MY-A -j ACCEPT\n-A FORWARD -j MY-A', 'bottom')
  t.is(
    printed(planChange(rulesetOf('-A FORWARD -j DROP'), plan)),
    '*filter\n:MY-A - [0:0]\n-A MY-A -j ACCEPT\n-A FORWARD -j MY-A\nCOMMIT\n',
  )
})

test('between two plans only what differs is sent', t => {
  const next = planOf(`
    -A MY-A -j MY-C
    -A MY-C -j ACCEPT
    -A FORWARD -j MY-A
  `)
  t.is(
    printed(planBetween(wanted, next)),
    `*filter
:MY-A - [0:0]
:MY-C - [0:0]
:MY-B - [0:0]
-A MY-A -j MY-C
-A MY-C -j ACCEPT
-D FORWARD -j MY-B
-X MY-B
COMMIT
`,
  )
  t.is(planBetween(next, structuredClone(next)), undefined)
})

const verdicts = ['-j ACCEPT', '-p tcp -j DROP', '-m comment --comment "a b"']

const ruleOf = (...words: string[]): fc.Arbitrary<IptablesRule> =>
  fc.constantFrom(...words).map(specification => parseIptablesRule(`-A X ${specification}`).rule)

/** Chains may jump to MY-A, so it is always there. */
const plans: fc.Arbitrary<RulesPlan> = fc
  .record({
    always: fc.array(ruleOf(...verdicts), {maxLength: 2}),
    chains: fc.dictionary(
      fc.constantFrom('MY-B', 'MY-C', 'MY-D'),
      fc.array(ruleOf('-j MY-A', ...verdicts), {maxLength: 3}),
    ),
    from: fc.subarray(['INPUT', 'FORWARD', 'OUTPUT']),
    at: fc.constantFrom('top' as const, 'bottom' as const),
  })
  .map(({always, chains, from, at}) => ({
    backend: 'iptables',
    owner: 'me',
    prefixes: ['MY-'],
    tables: {
      filter: {
        chains: {'MY-A': always, ...chains},
        jumps: from.map(chain => ({chain, rule: parseIptablesRule(`-A ${chain} -j MY-A`).rule, at})),
      },
    },
  }))

const settle = (ruleset: Ruleset, change: RulesChange | undefined) =>
  change === undefined ? ruleset : applyRulesChange(ruleset, change)

test('from any plan to any other, a full and a partial sync end in the same rules', t => {
  fc.assert(
    fc.property(plans, plans, (previous, next) => {
      const before = settle(emptyRuleset, planChange(emptyRuleset, previous))
      t.is(printIptablesSave(before), printIptablesSave(settle(emptyRuleset, planBetween(undefined, previous))))
      const full = settle(before, planChange(before, next))
      const partial = settle(before, planBetween(previous, next))
      t.is(printIptablesSave(full), printIptablesSave(partial))
      t.is(planChange(full, next), undefined)
    }),
  )
})

test('a change in small steps ends in the same rules, every step legal', t => {
  fc.assert(
    fc.property(plans, plans, fc.integer({min: 1, max: 4}), (previous, next, limit) => {
      const before = settle(emptyRuleset, planBetween(undefined, previous))
      const change = planBetween(previous, next)
      if (change === undefined) return
      const steps = splitChange(change, limit)
      t.is(printIptablesSave(steps.reduce(applyRulesChange, before)), printIptablesSave(settle(before, change)))
    }),
  )
})

test('a change that fits is one step, and a long chain is filled in several', t => {
  const chain = (length: number): RulesChange => {
    const rules = Array.from({length}, () => parseIptablesRule('-A MY-A -j ACCEPT').rule)
    return {
      backend: 'iptables',
      tables: {nat: {rewrite: {'MY-A': rules}, remove: [], insert: [], append: [], delete: []}},
    }
  }
  t.deepEqual(splitChange(chain(149)), [chain(149)])
  t.deepEqual(
    splitChange(chain(400)).map(step => printRulesChange(step).split('\n-A').length - 1),
    [149, 150, 101],
  )
})

const refuses = test.macro((t, change: string, message: string) => {
  const [, verb, chain = '', words = ''] = /^-([DIX]) (\S+) ?(.*)$/.exec(change) ?? []
  const placed = {chain, rule: parseIptablesRule(`-A ${chain} ${words}`).rule}
  const none = {rewrite: {}, remove: [], insert: [], append: [], delete: []}
  const table = verb === 'X' ? {...none, remove: [chain]} : {...none, [verb === 'D' ? 'delete' : 'insert']: [placed]}
  const error = t.throws(() => applyRulesChange(rulesetOf(settled), {backend: 'iptables', tables: {filter: table}}))
  t.is(error.message, message)
})

test('the kernel keeps no jump into nothing', refuses, '-I INPUT -j NOWHERE', "Chain 'NOWHERE' does not exist")
test('a rule cannot go into a chain that is not there', refuses, '-I NO -j MY-A', "Chain 'NO' does not exist")
test('a chain in use cannot go', refuses, '-X MY-A', 'CHAIN_DEL failed (Device or resource busy): chain MY-A')
test(
  'a rule that is not there cannot go',
  refuses,
  '-D INPUT -j MY-A',
  'Bad rule (does a matching rule exist in that chain?).',
)
