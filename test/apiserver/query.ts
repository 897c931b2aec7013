import test from 'ava'
import {flagIn, integerIn} from '../../src/apiserver/query.ts'

const flag = test.macro({
  exec: (t, query: string, yes: boolean) => t.is(flagIn(new URLSearchParams(query), 'watch'), yes),
  title: (_, query, yes) => `${query || 'nothing'} says ${yes ? 'yes' : 'no'}`,
})

test(flag, '', false)
test(flag, 'watch=false', false)
test(flag, 'watch=FALSE', false)
test(flag, 'watch=0', false)
test(flag, 'watch=true', true)
test(flag, 'watch=1', true)
test(flag, 'watch', true)
test(flag, 'watch=anything', true)

test('a number is read, its absence too, and what is none is told in Go’s words', t => {
  const read = (text: string) => integerIn(new URLSearchParams({n: text}), 'n')
  t.deepEqual([read('7'), read('-1'), read('')], [7, -1, undefined])
  for (const text of ['x', '1.5', '1e3', ' 1', '0x10'])
    t.throws(() => read(text), {message: `strconv.ParseInt: parsing "${text}": invalid syntax`})
  t.throws(() => read('9'.repeat(20)), {message: /value out of range/})
})
