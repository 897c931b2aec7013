import test from 'ava'
import {volumeContents} from '../../../../src/node/pods/volumes/contents.ts'
import {referencesOf} from '../../../../src/node/pods/volumes/references.ts'
import type {Volume} from '../../../../src/objects/volume.ts'
import {podOf} from '../../_fakes.ts'
import {lookupIn} from '../../_objects.ts'

const lookup = lookupIn([
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'game', namespace: 'default'},
    data: {color: 'red', size: 'big'},
    binaryData: {icon: 'AAE='},
  },
  {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'pass', namespace: 'default'}, data: {user: 'YWRtaW4='}},
])

function contents(...volumes: readonly Volume[]) {
  const resources = {limits: {cpu: '500m'}}
  const pod = podOf('web', {nodeName: 'node1', volumes, containers: [{name: 'main', image: 'busybox', resources}]})
  const metadata = {...pod.metadata, labels: {tier: 'front', app: 'web'}, annotations: {note: 'a "b"\nc'}}
  const token = ({audience}: {audience?: string}) =>
    audience === 'bad' ? new Error('serviceaccounts "default" not found') : `token for ${audience ?? 'the API'}`
  return volumeContents({pod: {...pod, metadata}, lookup, allocatable: {cpu: '2'}, token})
}

/** A volume's files, a line each: mode, path and what is in it. */
const holds = test.macro({
  exec: (t, volume: Omit<Volume, 'name'>, expected: readonly string[]) => {
    const {volumes, failures} = contents({name: 'v', ...volume})
    t.deepEqual(failures, [])
    const content = volumes.v
    const lines =
      content?.kind === 'files'
        ? content.files.map(
            ({path, mode, content}) => `${mode.toString(8)} ${path} ${JSON.stringify(Buffer.from(content).toString())}`,
          )
        : [JSON.stringify(content)]
    t.deepEqual(lines, expected)
  },
  title: (_, volume) => `the files of ${JSON.stringify(volume)}`,
})

const projected = (...sources: NonNullable<NonNullable<Volume['projected']>['sources']>) => ({projected: {sources}})
const field = (path: string, fieldPath: string, mode?: number) => ({path, fieldRef: {fieldPath}, ...(mode && {mode})})

test(holds, {configMap: {name: 'game'}}, ['644 color "red"', '644 size "big"', '644 icon "\\u0000\\u0001"'])
test(
  holds,
  {
    configMap: {
      name: 'game',
      defaultMode: 0o400,
      items: [
        {key: 'color', path: 'a/b', mode: 0o600},
        {key: 'icon', path: 'i'},
      ],
    },
  },
  ['600 a/b "red"', '400 i "\\u0000\\u0001"'],
)
test(holds, {configMap: {name: 'none', optional: true}}, [])
test(
  holds,
  {
    configMap: {
      name: 'game',
      optional: true,
      items: [
        {key: 'nothing', path: 'x'},
        {key: 'size', path: 's'},
      ],
    },
  },
  ['644 s "big"'],
)
test(holds, {secret: {secretName: 'pass', defaultMode: 0o440}}, ['440 user "admin"'])
test(holds, {secret: {secretName: 'none', optional: true}}, [])
test(holds, {downwardAPI: {items: [field('labels', 'metadata.labels'), field('me', 'metadata.name', 0o600)]}}, [
  '644 labels "app=\\"web\\"\\ntier=\\"front\\""',
  '600 me "web"',
])
test(holds, {downwardAPI: {items: [field('notes', 'metadata.annotations'), field('app', "metadata.labels['app']")]}}, [
  '644 notes "note=\\"a \\\\\\"b\\\\\\"\\\\nc\\""',
  '644 app "web"',
])
test(
  holds,
  {
    downwardAPI: {
      items: [{path: 'cpu', resourceFieldRef: {containerName: 'main', resource: 'limits.cpu', divisor: '1m'}}],
    },
  },
  ['644 cpu "500"'],
)
test(
  holds,
  projected(
    {serviceAccountToken: {path: 'token'}},
    {configMap: {name: 'game', items: [{key: 'color', path: 'c'}]}},
    {secret: {name: 'pass'}},
    {downwardAPI: {items: [field('ns', 'metadata.namespace')]}},
  ),
  ['644 token "token for the API"', '644 c "red"', '644 user "admin"', '644 ns "default"'],
)
test(holds, projected({serviceAccountToken: {path: 't', audience: 'vault'}}), ['644 t "token for vault"'])
test(
  holds,
  projected(
    {configMap: {name: 'game', items: [{key: 'color', path: 'x'}]}},
    {secret: {name: 'pass', items: [{key: 'user', path: 'x'}]}},
  ),
  ['644 x "admin"'],
)
test(holds, {emptyDir: {}}, ['{"kind":"folder"}'])
test(holds, {emptyDir: {medium: 'Memory', sizeLimit: '1Mi'}}, ['{"kind":"folder","bytes":1048576}'])
test(holds, {hostPath: {path: '/data', type: 'Directory'}}, [
  '{"kind":"node","node":"node1","path":"/data","type":"Directory"}',
])

const fails = test.macro({
  exec: (t, volume: Omit<Volume, 'name'>, why: string) =>
    t.deepEqual(contents({name: 'v', ...volume}), {
      volumes: {},
      failures: [`MountVolume.SetUp failed for volume "v" : ${why}`],
    }),
  title: (_, volume, why) => `${JSON.stringify(volume)} fails: ${why}`,
})

test(fails, {configMap: {name: 'none'}}, 'configmap "none" not found')
test(fails, {secret: {secretName: 'none'}}, 'secret "none" not found')
test(
  fails,
  {configMap: {name: 'game', items: [{key: 'x', path: 'x'}]}},
  'configmap references non-existent config key: x',
)
test(fails, {secret: {secretName: 'pass', items: [{key: 'x', path: 'x'}]}}, 'references non-existent secret key: x')
test(fails, projected({configMap: {name: 'none'}}), 'configmap "none" not found')
test(
  fails,
  projected({configMap: {name: 'none'}}, {secret: {name: 'gone'}}),
  '[configmap "none" not found, secret "gone" not found]',
)
test(
  fails,
  projected({serviceAccountToken: {path: 't', audience: 'bad'}}),
  'failed to fetch token: serviceaccounts "default" not found',
)
test(
  fails,
  {downwardAPI: {items: [{path: 'c', resourceFieldRef: {containerName: 'nobody', resource: 'limits.cpu'}}]}},
  'container nobody not found',
)
test(fails, {emptyDir: {medium: 'HugePages-2Mi'}}, 'podlab has no volumes of medium HugePages-2Mi; leave it out')

test('one volume that fails does not hide another', t => {
  const {volumes, failures} = contents(
    {name: 'a', configMap: {name: 'x'}},
    {name: 'b', emptyDir: {}},
    {name: 'c', secret: {secretName: 'y'}},
  )
  t.deepEqual(Object.keys(volumes), ['b'])
  t.is(failures.length, 2)
})

test('a pod names each ConfigMap and Secret once, wherever it does', t => {
  const env = [
    {name: 'A', valueFrom: {configMapKeyRef: {name: 'game', key: 'color'}}},
    {name: 'B', valueFrom: {secretKeyRef: {name: 'pass', key: 'user'}}},
  ]
  const pod = podOf('web', {
    initContainers: [{name: 'first', image: 'busybox', envFrom: [{secretRef: {name: 'early'}}]}],
    containers: [{name: 'main', image: 'busybox', env, envFrom: [{configMapRef: {name: 'all'}}]}],
    volumes: [
      {name: 'a', configMap: {name: 'game'}},
      {name: 'b', secret: {secretName: 'tls'}},
      {name: 'c', ...projected({configMap: {name: 'ca'}}, {secret: {name: 'tls'}})},
      {name: 'd', emptyDir: {}},
    ],
  })
  const names = referencesOf(pod).map(({kind, namespace, name}) => `${kind} ${namespace}/${name}`)
  t.deepEqual(names.toSorted(), [
    'ConfigMap default/all',
    'ConfigMap default/ca',
    'ConfigMap default/game',
    'Secret default/early',
    'Secret default/pass',
    'Secret default/tls',
  ])
  t.deepEqual(referencesOf(podOf('plain')), [])
})
