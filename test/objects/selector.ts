import test from 'ava'
import fc from 'fast-check'
import {matches, parseSelector, printSelector, type Selector} from '../../src/objects/selector.ts'
import {SelectorError} from '../../src/objects/selector-words.ts'

const selects = test.macro({
  exec: (t, text: string, labels: Record<string, string>, expected: boolean) =>
    t.is(matches(parseSelector(text), labels), expected),
  title: (_, text, labels, expected) => `${text} ${expected ? 'selects' : 'leaves out'} ${JSON.stringify(labels)}`,
})

test(selects, '', {}, true)
test(selects, 'app=kubia', {app: 'kubia'}, true)
test(selects, 'app==kubia', {app: 'kubia'}, true)
test(selects, 'app=kubia', {}, false)
test(selects, 'app=', {app: ''}, true)
test(selects, 'tier!=x', {}, true)
test(selects, 'tier != x', {tier: 'x'}, false)
test(selects, 'env in (a, b)', {env: 'b'}, true)
test(selects, 'env notin (a,b)', {env: 'b'}, false)
test(selects, 'env notin (a,b)', {}, true)
test(selects, '!key', {key: ''}, false)
test(selects, 'key', {key: ''}, true)
test(selects, 'key', {}, false)
test(selects, 'constructor', {}, false)
test(
  selects,
  'app=kubia,tier!=x,env in (a,b),!gone,example.com/there',
  {app: 'kubia', env: 'a', 'example.com/there': ''},
  true,
)

const unreadable = test.macro({
  exec: (t, text: string) => {
    const error = t.throws(() => parseSelector(text), {instanceOf: SelectorError})
    t.regex(error.message, /^(unable to parse requirement: )?(found|key: Invalid value|values)/)
  },
  title: (_, text) => `${text} is no selector`,
})

test(unreadable, 'app=a=b')
test(unreadable, 'env in a')
test(unreadable, 'env in (a')
test(unreadable, ',')
test(unreadable, 'a b')
test(unreadable, '/x')
test(unreadable, 'app=-')

test('reading is the inverse of printing', t => {
  const key = fc.constantFrom('app', 'example.com/tier', 'in', 'notin')
  const value = fc.constantFrom('kubia', '', '1.2-3_x')
  const requirement = fc.oneof(
    fc.record({key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const)}),
    fc.record({
      key,
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.array(value, {minLength: 1, maxLength: 3}),
    }),
  )
  fc.assert(
    fc.property(fc.array(requirement), selector =>
      t.deepEqual(parseSelector(printSelector(selector)), selector as Selector),
    ),
  )
})
