import test from 'ava'
import fc from 'fast-check'
import {largestPassing} from '../../src/exercise/largest-passing.ts'
import {lineDifference} from '../../src/exercise/line-difference.ts'
import {rulesDifference} from '../../src/exercise/rules-difference.ts'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'

const nat = (...rules: readonly string[]) =>
  parseIptablesSave(['*nat', ':PREROUTING ACCEPT [0:0]', ':X - [0:0]', ...rules, 'COMMIT'].join('\n'))

test('the same rules differ in nothing, however often they were counted', t => {
  t.deepEqual(rulesDifference(nat('-A X -j ACCEPT'), nat('-A X -j ACCEPT')), [])
})

test('a missing, an added and a changed rule are told', t => {
  const wanted = nat('-A X -s 10.0.0.1/32 -j ACCEPT', '-A X -j DROP')
  t.deepEqual(rulesDifference(wanted, nat('-A X -j DROP', '-A PREROUTING -j X')), [
    {table: 'nat', chain: 'PREROUTING', lines: ['+ -A PREROUTING -j X']},
    {table: 'nat', chain: 'X', lines: ['- -A X -s 10.0.0.1/32 -j ACCEPT']},
  ])
})

test('a chain that is gone, a policy and a chain too many are told', t => {
  const present = parseIptablesSave('*nat\n:PREROUTING DROP [0:0]\n:Y - [0:0]\nCOMMIT\n')
  t.deepEqual(
    rulesDifference(nat(), present).flatMap(({lines}) => lines),
    ['+ -P PREROUTING DROP', '- -N X', '+ -N Y'],
  )
})

test('other tables are not looked at when one is asked for', t => {
  t.deepEqual(rulesDifference(nat('-A X -j DROP'), nat(), ['filter']), [])
})

test('rules in another order differ', t => {
  t.is(rulesDifference(nat('-A X -j ACCEPT', '-A X -j DROP'), nat('-A X -j DROP', '-A X -j ACCEPT')).length, 1)
})

test('taking the lines marked + out and putting those marked - in gives the wanted text', t => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), {maxLength: 12})
  fc.assert(
    fc.property(lines, lines, (wanted, present) => {
      const marks = lineDifference(wanted, present)
      const count = (mark: string, line: string) => marks.filter(text => text === `${mark} ${line}`).length
      const of = (text: readonly string[], line: string) => text.filter(other => other === line).length
      for (const line of ['a', 'b', 'c'])
        t.is(of(present, line) - count('+', line) + count('-', line), of(wanted, line))
      t.is(marks.length === 0, wanted.join() === present.join())
    }),
  )
})

test('the largest packet is found, with few tries when it is the expected one', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({min: 28, max: 65_535}),
      fc.integer({min: 28, max: 65_535}),
      async (limit, expected) => {
        let tries = 0
        const path = async (bytes: number) => {
          tries++
          return bytes <= limit
        }
        t.is(await largestPassing(path, expected), limit)
        t.true(tries <= (limit === expected ? 3 : 20), `${tries} tries`)
      },
    ),
  )
})

test('a router that names its MTU makes the search short', async t => {
  let tries = 0
  const path = async (bytes: number) => {
    tries++
    return bytes <= 1400 || {atMost: 1400}
  }
  t.is(await largestPassing(path, 1450), 1400)
  t.true(tries < 16)
})

test('where nothing passes there is no largest packet', async t => {
  t.is(await largestPassing(async () => false, 1500), undefined)
})
