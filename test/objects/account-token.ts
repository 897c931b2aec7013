import test from 'ava'
import {inheritAccess, withAccountToken} from '../../src/objects/account-token.ts'
import type {Container} from '../../src/objects/container.ts'
import type {Pod, PodSpec} from '../../src/objects/pod.ts'
import type {ServiceAccount} from '../../src/objects/service-account.ts'

const main: Container = {name: 'main', image: 'busybox'}
const place = '/var/run/secrets/kubernetes.io/serviceaccount'
const name = 'kube-api-access-bbbbb'
const mount = {name, readOnly: true, mountPath: place}

const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name: 'web', namespace: 'shop'},
  spec: {containers: [main], ...spec},
})
const account = (more: Partial<ServiceAccount> = {}): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {name: 'default', namespace: 'shop'},
  ...more,
})
const given = (spec: Partial<PodSpec> = {}, of: ServiceAccount | undefined = account()) =>
  withAccountToken(pod(spec), of, () => 0).spec

test('a pod gets a volume with token, certificate and namespace, and each container sees it', t => {
  const spec = given({initContainers: [{name: 'first', image: 'busybox'}]})
  t.deepEqual(spec.volumes, [
    {
      name,
      projected: {
        sources: [
          {serviceAccountToken: {expirationSeconds: 3607, path: 'token'}},
          {configMap: {name: 'kube-root-ca.crt', items: [{key: 'ca.crt', path: 'ca.crt'}]}},
          {downwardAPI: {items: [{path: 'namespace', fieldRef: {apiVersion: 'v1', fieldPath: 'metadata.namespace'}}]}},
        ],
        defaultMode: 420,
      },
    },
  ])
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])])
    t.deepEqual(container.volumeMounts, [mount], container.name)
})

const gets = test.macro({
  exec: (t, spec: Partial<PodSpec>, of: Partial<ServiceAccount>, isGiven: boolean) =>
    t.is(given(spec, account(of)).volumes !== undefined, isGiven),
  title: (_, spec, of, isGiven) =>
    `${JSON.stringify(spec)} of ${JSON.stringify(of)} ${isGiven ? 'gets a token' : 'gets none'}`,
})
const auto = (automountServiceAccountToken: boolean) => ({automountServiceAccountToken})
test(gets, {}, {}, true)
test(gets, auto(false), {}, false)
test(gets, {}, auto(false), false)
test(gets, auto(true), auto(false), true)
test(gets, auto(false), auto(true), false)
test(gets, {containers: [{...main, volumeMounts: [{name: 'own', mountPath: place}]}]}, {}, false)

test('a pod of an account that is still to come gets a token, too', t =>
  t.is(withAccountToken(pod(), undefined, () => 0).spec.volumes?.length, 1))

test('a container with something else in that place keeps it', t => {
  const own = [{name: 'own', mountPath: place}]
  const {containers, volumes} = given({
    containers: [
      {...main, volumeMounts: own},
      {...main, name: 'side'},
    ],
  })
  t.deepEqual(containers[0]?.volumeMounts, own)
  t.deepEqual(containers[1]?.volumeMounts, [mount])
  t.is(volumes?.length, 1)
})

test('a volume of that name that is there is used', t => {
  const known = {name: 'kube-api-access-own', emptyDir: {}}
  const {containers, volumes} = given({volumes: [known]})
  t.deepEqual(volumes, [known])
  t.is(containers[0]?.volumeMounts?.[0]?.name, 'kube-api-access-own')
})

test("the account's secrets for pulling images are the pod's, unless it has its own", t => {
  const of = account({imagePullSecrets: [{name: 'hub'}], automountServiceAccountToken: false})
  t.deepEqual(given({}, of).imagePullSecrets, [{name: 'hub'}])
  t.deepEqual(given({imagePullSecrets: [{name: 'own'}]}, of).imagePullSecrets, [{name: 'own'}])
  t.is(given().imagePullSecrets, undefined)
})

test('a pod that is sent again without its token keeps it', t => {
  const before = given({initContainers: [{name: 'first', image: 'busybox'}], volumes: [{name: 'own', emptyDir: {}}]})
  const again = pod({initContainers: [{name: 'first', image: 'busybox'}], volumes: [{name: 'own', emptyDir: {}}]}).spec
  t.deepEqual(inheritAccess(again, before), before)
  t.is(inheritAccess(before, before), before)
  t.is(inheritAccess(again, again), again)
})
