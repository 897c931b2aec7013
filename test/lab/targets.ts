import test from 'ava'
import {parseReference, parseTarget} from '../../src/lab/targets.ts'

const target = test.macro({
  exec: (t, text: string, expected: object) => t.deepEqual(parseTarget(text) as object, expected),
  title: (_, text) => `${text} is a target`,
})

test(target, 'pod/client', {kind: 'pod', namespace: 'default', name: 'client'})
test(target, 'pod/web/sidecar', {kind: 'pod', namespace: 'default', name: 'web', container: 'sidecar'})
test(target, 'pod/app=kubia', {kind: 'pods', namespace: 'default', selector: 'app=kubia'})
test(target, 'pod/app.kubernetes.io/name=kubia,tier!=x', {
  kind: 'pods',
  namespace: 'default',
  selector: 'app.kubernetes.io/name=kubia,tier!=x',
})
test(target, 'kube-system/pod/dns', {kind: 'pod', namespace: 'kube-system', name: 'dns'})
test(target, 'kube-system/pod/dns/main', {kind: 'pod', namespace: 'kube-system', name: 'dns', container: 'main'})
test(target, 'web/pod/example.com/app=kubia', {kind: 'pods', namespace: 'web', selector: 'example.com/app=kubia'})
test(target, 'pod/pod/web', {kind: 'pod', namespace: 'pod', name: 'web'})
test(target, 'node/node1', {kind: 'node', name: 'node1'})

const noTarget = test.macro({
  exec: (t, text: string) => void t.throws(() => parseTarget(text)),
  title: (_, text) => `${text || 'an empty text'} is no target`,
})

for (const text of [
  '',
  'client',
  'pod',
  'pod/',
  'pods/a',
  'pod/a/b/c',
  'pod/a/',
  'pod/A',
  'node/',
  'node/a/b',
  'pod/=a',
  'pod/a b',
  'web/node/node1',
  'Web/pod/a',
  'a.b/pod/a',
  '/pod/a',
  'web/service/kubia',
])
  test(noTarget, text)

test('a reference takes every word for a kind', t => {
  for (const word of ['Service', 'service', 'services', 'svc'])
    t.deepEqual(parseReference(`${word}/kubia`) as object, {kind: 'Service', name: 'kubia'})
  t.throws(() => parseReference('servic/kubia'), {message: /did you mean/})
})
