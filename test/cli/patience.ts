import test from 'ava'
import {patienceOf} from '../../src/cli/patience.ts'

test('nobody is patient who is not asked to be', t => t.is(patienceOf({}), 1))
for (const [text, factor] of Object.entries({'1': 1, '2.5': 2.5, '10': 10, '100': 100}))
  test(`--patience ${text} gives ${factor} times as long`, t => t.is(patienceOf({patience: text}), factor))
for (const text of ['', '0', '0.5', '-1', '101', '1e2', 'ten', '1,5', ' 2', 'NaN', 'Infinity', '0x10'])
  test(`--patience "${text}" is refused`, t => {
    const error = t.throws(() => patienceOf({patience: text}), {name: 'UsageError'})
    t.is(error?.message, `--patience ${text}: expected a number from 1 to 100, like 10; PODLAB_PATIENCE sets it, too`)
  })
