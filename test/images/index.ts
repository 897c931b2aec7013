import test from 'ava'
import {findImage, imageNames} from '../../src/images/index.ts'

const known = test.macro({
  exec: (t, reference: string, name: string) => t.is(findImage(reference)?.name, name),
  title: (_, reference, name) => `${reference} is ${name}`,
})

test(known, 'luksa/kubia', 'luksa/kubia')
test(known, 'docker.io/luksa/kubia:v1', 'luksa/kubia')
test(known, 'busybox:1.36', 'busybox')
test(known, 'docker.io/library/busybox', 'busybox')
test(known, 'busybox@sha256:0123456789abcdef', 'busybox')
test(known, 'k8s.gcr.io/pause:3.1', 'registry.k8s.io/pause')

const unknown = test.macro({
  exec: (t, reference: string) => t.is(findImage(reference), undefined),
  title: (_, reference) => `"${reference}" is no image of the catalogue`,
})

test(unknown, 'kubia')
test(unknown, 'localhost:5000/kubia')
test(unknown, '')

test('the names are sorted, for messages', t => {
  t.deepEqual(imageNames(), [...imageNames()].sort())
  t.true(imageNames().includes('luksa/kubia'))
})
