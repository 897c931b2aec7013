import test from 'ava'
import {ContainerError} from '../../../../src/node/pods/container-error.ts'
import {mountsOf} from '../../../../src/node/pods/volumes/mounts.ts'
import type {Volume, VolumeMount} from '../../../../src/objects/volume.ts'
import {podOf} from '../../_fakes.ts'

const volumes: readonly Volume[] = [
  {name: 'config', configMap: {name: 'x'}},
  {name: 'secret', secret: {secretName: 'x'}},
  {name: 'down', downwardAPI: {}},
  {name: 'all', projected: {}},
  {name: 'data', emptyDir: {}},
  {name: 'host', hostPath: {path: '/data'}},
]

const mountOf = (mount: Omit<VolumeMount, 'mountPath'>) =>
  mountsOf(
    podOf('web', {volumes}),
    {name: 'main', image: 'x', volumeMounts: [{mountPath: '/m', ...mount}]},
    {
      POD: 'web-0',
      UP: '../up',
      ROOT: '/etc',
    },
  )[0]

for (const name of ['config', 'secret', 'down', 'all'])
  test(`a volume that the kubelet writes is for reading only: ${name}`, t =>
    t.deepEqual(mountOf({name}), {volume: name, path: '/m', readOnly: true}))

for (const name of ['data', 'host'])
  test(`a volume that pods write is for reading only when its mount says so: ${name}`, t => {
    t.deepEqual(mountOf({name}), {volume: name, path: '/m'})
    t.deepEqual(mountOf({name, readOnly: true}), {volume: name, path: '/m', readOnly: true})
  })

test('a path below a volume is as it is said, or made from variables', t => {
  t.like(mountOf({name: 'data', subPath: 'a/$(POD)'}), {below: 'a/$(POD)'})
  t.like(mountOf({name: 'data', subPathExpr: 'a/$(POD)/$$(POD)'}), {below: 'a/web-0/$(POD)'})
})

const refused = test.macro({
  exec: (t, subPathExpr: string, message: string) => {
    const error = t.throws(() => mountOf({name: 'data', subPathExpr}), {instanceOf: ContainerError})
    t.like(error, {reason: 'CreateContainerConfigError', message})
  },
  title: (_, path) => `refused: subPathExpr ${path}`,
})

test(refused, '$(NOBODY)/x', 'missing value for "$(NOBODY)/x"')
test(refused, '$(ROOT)', 'error SubPath `/etc` must not be an absolute path')
test(refused, 'a/$(UP)', "unable to provision SubPath `a/../up`: must not contain '..'")
