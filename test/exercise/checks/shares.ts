import test from 'ava'
import {type Exec, labOf, pod} from '../_fake-lab.ts'
import {fails, passes, refused} from './_verdict.ts'

const four = [...['a', 'b', 'c'].map(name => pod(name, {app: 'v1'})), pod('d', {app: 'v2'})]
const shares = "shares: {from: pod/client, to: 'http://10.0.0.1', requests: 200, of: {app=v1: 75, app=v2: 25}}"

test('as is wanted', passes, shares, {objects: four, exec: inTurn('a', 'b', 'c', 'd')})
test(
  'the new version gets half of all',
  fails,
  shares,
  {objects: four, exec: inTurn('a', 'd', 'b', 'd')},
  /app=v1 100×, app=v2 100×/,
)
test('the new version gets nothing', fails, shares, {objects: four, exec: inTurn('a', 'b', 'c')}, /app=v2 0×/)
test('somebody else answers', fails, shares, {objects: four, exec: inTurn('a', 'b', 'c', 'd', 'e')}, /none of them 40×/)
test('nobody answers', fails, shares, {objects: four, exec: () => refused}, /none of them 5× \(curl: \(7\)/)
test('pods that are not there', fails, shares, {objects: [], exec: inTurn('a')}, /app=v1 0×/)
test('what is left may be answered by others', passes, shares.replace(', app=v2: 25', ''), {
  objects: four,
  exec: inTurn('a', 'b', 'c', 'd'),
})

const wrong = test.macro((t, of: string, message: RegExp) => {
  t.throws(() => labOf(`checks: [{shares: {from: pod/a, to: 'http://a', of: ${of}}}]`), {message})
})

test('more than everything', wrong, '{app=v1: 75, app=v2: 30}', /more than 100 percent/)
test('less than nothing', wrong, '{app=v1: -1}', /must be at least 0/)
test('shares of nobody', wrong, '{}', /expected at least one entry/)
test('a share without a number', wrong, '{app=v1: most}', /expected a number/)
test('shares in a list', wrong, '[75, 25]', /expected a mapping, not a list/)
test('a label that is none', wrong, '{"=": 75}', /not a selector|invalid|expected/)

function inTurn(...names: readonly string[]): Exec {
  let asked = 0
  return () => `You've hit ${names[asked++ % names.length]}\n`
}
