import test from 'ava'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {labOf, pod, type World} from '../_fake-lab.ts'
import {fails, passes} from './_verdict.ts'

const dns: KubeObject = {...pod('dns', {ip: '172.17.1.9'}), metadata: {name: 'dns', namespace: 'kube-system'}}
const objects: readonly KubeObject[] = [
  pod('web-1', {ip: '172.17.1.2', app: 'web'}),
  pod('web-2', {ip: '172.17.1.3', app: 'web'}),
  pod('front', {app: 'front'}),
  pod('other', {app: 'other'}),
  dns,
]
const check = 'reachedOnlyBy: {to: pod/app=web:8080, by: [pod/front]}'
const timeout = {came: 'timeout', said: 'no answer'} as const
const by =
  (...names: readonly string[]): NonNullable<World['dial']> =>
  from =>
    names.includes(from) ? {} : timeout

test('only whom it should', passes, check, {objects, dial: by('pod/front')})
test('nobody at all', fails, check, {objects, dial: by()}, /reached by nobody\npod\/front → pod\/web-1:8080: timeout/)
test(
  'somebody else, too',
  fails,
  check,
  {objects, dial: by('pod/front', 'pod/other')},
  /pod\/other → pod\/web-1:8080: answered/,
)
test(
  'one of its pods is not reached',
  fails,
  check,
  {objects, dial: (from, call) => (from === 'pod/front' && call.host === '172.17.1.2' ? {} : timeout)},
  /pod\/front → pod\/web-2:8080: timeout/,
)
test(
  'its own pods are others',
  fails,
  check,
  {objects, dial: by('pod/front', 'pod/web-1')},
  /pod\/web-1 → pod\/web-2:8080/,
)
test('an empty list is nobody', passes, check.replace('[pod/front]', '[]'), {objects, dial: by()})
test(
  'a refusal is no answer',
  fails,
  check,
  {objects, dial: () => ({came: 'refused', said: 'ECONNREFUSED'}) as const},
  /reached by nobody/,
)

const wrong = test.macro((t, parameters: string, message: RegExp) => {
  t.throws(() => labOf(`checks: [{reachedOnlyBy: ${parameters}}]`), {message})
})

test('a goal that is none', wrong, '{to: web, by: []}', /"web" is nothing to reach/)
test('a caller that is none', wrong, '{to: pod/web:80, by: [web]}', /"web" is no target/)
test('callers that are no list', wrong, '{to: pod/web:80, by: pod/a}', /expected a list/)
test('a check without a goal', wrong, '{by: []}', /to/)
test('a check without callers', wrong, '{to: pod/web:80}', /by/)
test('a port too high', wrong, '{to: pod/web:70000, by: []}', /nothing to reach/)
test('an unknown key', wrong, '{to: pod/web:80, by: [], from: pod/a}', /from/)
