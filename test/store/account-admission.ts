import test from 'ava'
import {parseNetwork} from '../../src/net/cidr.ts'
import type {Pod, PodSpec} from '../../src/objects/pod.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'

const serviceRange = parseNetwork('10.96.0.0/12')

const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'web', namespace: 'default'},
  spec: {containers: [{name: 'main', image: 'busybox'}], ...spec},
})

function cluster() {
  const store = memoryStore({clock: () => 0, uid: () => 'uid'})
  const objects = registry({store, serviceRange, now: () => 0, random: () => 0})
  objects.apply(bootstrapObjects(serviceRange))
  return {store, objects}
}

test('a pod whose account is not there is refused, in the words of the API server', t => {
  const {objects} = cluster()
  const message =
    'pods "web" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found'
  t.throws(() => objects.create(pod({serviceAccountName: 'ghost'})), {message})
  objects.create({apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: 'ghost', namespace: 'default'}})
  t.is(objects.create(pod({serviceAccountName: 'ghost'})).spec.volumes?.[0]?.name, 'kube-api-access-bbbbb')
})

test('the account default may come after the pod, as it does in a new namespace', t => {
  const {objects} = cluster()
  t.is(objects.create(pod()).spec.volumes?.length, 1)
})

test('a pod that is applied again is unchanged by its token', t => {
  const {objects, store} = cluster()
  objects.apply([pod()])
  t.deepEqual(
    objects.apply([pod()]).map(({did}) => did),
    ['unchanged'],
  )
  objects.replace(pod())
  t.is(store.get('Pod', {namespace: 'default', name: 'web'})?.spec.volumes?.length, 1)
})
