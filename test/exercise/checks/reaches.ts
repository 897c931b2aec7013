import test from 'ava'
import {pod} from '../_fake-lab.ts'
import {fails, passes, refused} from './_verdict.ts'

const toKubia = "reaches: {from: pod/client, to: 'http://10.0.0.1'"

test('an answer', passes, `${toKubia}}`, {exec: () => "You've hit kubia-1"})
test('the expected answer', passes, `${toKubia}, expect: hit kubia}`, {exec: () => "You've hit kubia-1"})
test('another answer', fails, `${toKubia}, expect: hit web}`, {exec: () => "You've hit kubia-1"}, /You've hit kubia-1/)
test('refused', fails, `${toKubia}}`, {exec: () => refused}, /Failed to connect/)
test('no answer in time', fails, `${toKubia}}`, {exec: () => ({code: 124})}, /no answer in time/)
test('not, and refused', passes, `${toKubia}, not: true}`, {exec: () => refused})
test('not, and yet an answer', fails, `${toKubia}, not: true}`, {exec: () => 'hello'}, /hello/)
test(
  'no program to try with, not even negated',
  fails,
  `${toKubia}, not: true}`,
  {exec: () => ({code: 127})},
  /pod\/client has no curl or wget/,
)
test('with wget where curl is missing', passes, `${toKubia}}`, {
  exec: (_, line) => (line.startsWith('curl') ? {code: 127} : 'hello'),
})
test('a port that opens', passes, 'reaches: {from: pod/client, to: 10.0.0.1:80}', {
  exec: (_, line) => (line === 'busybox nc -w 2 10.0.0.1 80 -e true' ? '' : {code: 1}),
})
test(
  'a port that does not',
  fails,
  'reaches: {from: pod/client, to: 10.0.0.1:80}',
  {exec: () => ({code: 1})},
  /no answer \(code 1\)/,
)
test('an address that answers ping', passes, 'reaches: {from: node/node1, to: ping://10.0.20.4}', {
  exec: (target, line) => (target === 'node/node1' && line === 'ping -c 1 -W 2 10.0.20.4' ? '1 received' : {code: 1}),
})
test(
  'an address that does not',
  fails,
  'reaches: {from: node/node1, to: ping://10.0.20.4}',
  {exec: () => ({code: 1})},
  /code 1/,
)
test('the address of a pod', passes, "reaches: {from: pod/app=client, to: 'http://{pod/web}:8080'}", {
  objects: [pod('web', {ip: '172.17.1.9'}), pod('client', {app: 'client'})],
  exec: (target, line) => (target === 'pod/client' && line.endsWith('http://172.17.1.9:8080') ? 'hello' : {code: 1}),
})
test(
  'the address of a pod that is not there',
  fails,
  "reaches: {from: pod/client, to: 'http://{pod/web}'}",
  {},
  /pod\/web has no address/,
)
test(
  'from pods of which none is ready',
  fails,
  "reaches: {from: pod/app=client, to: 'http://10.0.0.1', not: true}",
  {
    objects: [pod('client', {app: 'client', ready: false})],
  },
  /no pod with app=client is ready/,
)
