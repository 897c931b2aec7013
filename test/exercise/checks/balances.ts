import test from 'ava'
import {type Exec, pod} from '../_fake-lab.ts'
import {fails, passes, refused} from './_verdict.ts'

const three = ['kubia-1', 'kubia-2', 'kubia-10'].map(name => pod(name))
const balances = "balances: {from: pod/client, to: 'http://10.0.0.1', pods: app=kubia, requests: 12"

test('every pod answers', passes, `${balances}}`, {
  objects: three,
  exec: inTurn('kubia-1', 'kubia-2', 'kubia-10'),
})
test(
  'one pod never answers',
  fails,
  `${balances}}`,
  {objects: three, exec: inTurn('kubia-2', 'kubia-10')},
  /kubia-1 0×, kubia-10 6×, kubia-2 6×/,
)
test(
  'one pod answers too seldom',
  fails,
  `${balances}, each: 5}`,
  {objects: three, exec: inTurn('kubia-1', 'kubia-2', 'kubia-10')},
  /kubia-1 4×/,
)
test(
  'a pod that should not answer',
  fails,
  `${balances}}`,
  {objects: three, exec: inTurn('kubia-1', 'kubia-2', 'kubia-10', 'web')},
  /none of them 3× \(You've hit web\)/,
)
test(
  'a request without an answer',
  fails,
  `${balances}}`,
  {objects: three, exec: sometimes(refused)},
  /none of them \d+× \(curl: \(7\)/,
)
test('no pods', fails, `${balances}}`, {exec: () => "You've hit kubia-1"}, /no pod with app=kubia is ready/)

function inTurn(...names: readonly string[]): Exec {
  let asked = 0
  return () => `You've hit ${names[asked++ % names.length]}\n`
}

function sometimes(bad: {code: number; stderr: string}): Exec {
  let asked = 0
  const names = inTurn('kubia-1', 'kubia-2', 'kubia-10')
  return (...call) => (asked++ % 4 === 3 ? bad : names(...call))
}
