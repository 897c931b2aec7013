import test from 'ava'
import fc from 'fast-check'
import {parseIp} from '../../../src/net/ip.ts'
import {ContainerError} from '../../../src/node/pods/container-error.ts'
import {containerEnvironment, expand} from '../../../src/node/pods/environment.ts'
import type {Container} from '../../../src/objects/container.ts'
import {podOf} from '../_fakes.ts'
import {lookupIn} from '../_objects.ts'

const lookup = lookupIn([
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: 'game', namespace: 'default'},
    data: {color: 'red', 'ui.look': 'retro'},
    binaryData: {bytes: 'AAE='},
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {name: 'pass', namespace: 'default'},
    data: {user: 'YWRtaW4=', color: 'Ymx1ZQ=='},
  },
  {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'elsewhere', namespace: 'other'}, data: {}},
])

const resources = {limits: {cpu: '250m', memory: '64Mi'}, requests: {cpu: 0.1, memory: '32Mi'}}

function environmentOf(container: Partial<Container>) {
  const whole: Container = {name: 'main', image: 'busybox', ...container}
  const side: Container = {name: 'side', image: 'busybox', resources}
  return containerEnvironment(whole, {
    pod: podOf('web', {containers: [whole, side], nodeName: 'node1'}),
    addresses: {ip: parseIp('172.17.12.2'), hostIp: parseIp('10.0.20.11')},
    lookup,
    allocatable: {cpu: '2', memory: '4Gi'},
    services: {KUBERNETES_SERVICE_HOST: '10.96.0.1', DB_SERVICE_HOST: '10.96.0.7'},
  })
}

/** The variables of a container in lines, those of Services left out. */
const gives = test.macro({
  exec: (t, container: Partial<Container>, expected: string) => {
    const {KUBERNETES_SERVICE_HOST: _, DB_SERVICE_HOST: host, ...own} = environmentOf(container)
    if (host !== '10.96.0.7') Object.assign(own, {DB_SERVICE_HOST: host})
    t.is(
      Object.entries(own)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
      expected,
    )
  },
  title: (_, container, expected) => `${JSON.stringify(container)} gives ${expected}`,
})

const fromMap = (key: string, name = 'game') => ({configMapKeyRef: {name, key}})
const fromSecret = (key: string, name = 'pass') => ({secretKeyRef: {name, key}})

test(gives, {env: [{name: 'A', valueFrom: fromMap('color')}]}, 'A=red')
test(gives, {env: [{name: 'A', valueFrom: fromSecret('user')}]}, 'A=admin')
test(gives, {env: [{name: 'A', valueFrom: {configMapKeyRef: {name: 'none', key: 'x', optional: true}}}]}, '')
test(gives, {env: [{name: 'A', valueFrom: {secretKeyRef: {name: 'pass', key: 'x', optional: true}}}]}, '')
test(gives, {envFrom: [{configMapRef: {name: 'game'}}]}, 'color=red ui.look=retro')
test(gives, {envFrom: [{prefix: 'P_', secretRef: {name: 'pass'}}]}, 'P_user=admin P_color=blue')
test(
  gives,
  {envFrom: [{configMapRef: {name: 'game'}}, {secretRef: {name: 'pass'}}]},
  'color=blue ui.look=retro user=admin',
)
test(
  gives,
  {envFrom: [{configMapRef: {name: 'game'}}], env: [{name: 'color', value: 'own'}]},
  'color=own ui.look=retro',
)
test(
  gives,
  {envFrom: [{secretRef: {name: 'none', optional: true}}, {configMapRef: {name: 'none', optional: true}}]},
  '',
)
test(
  gives,
  {envFrom: [{configMapRef: {name: 'game'}}], env: [{name: 'A', value: '$(color)!'}]},
  'color=red ui.look=retro A=red!',
)
test(
  gives,
  {
    env: [
      {name: 'B', value: '$(A)'},
      {name: 'A', value: 'a'},
      {name: 'C', value: '$(A)$(B)'},
    ],
  },
  'B=$(A) A=a C=a$(A)',
)
test(gives, {env: [{name: 'A', value: '$(DB_SERVICE_HOST):1'}]}, 'A=10.96.0.7:1')
test(gives, {env: [{name: 'DB_SERVICE_HOST', value: 'mine'}]}, 'DB_SERVICE_HOST=mine')
test(gives, {env: [{name: 'A', valueFrom: {fieldRef: {fieldPath: 'spec.nodeName'}}}]}, 'A=node1')

const resource = (resource: string, more: object = {}) => [
  {name: 'A', valueFrom: {resourceFieldRef: {resource, ...more}}},
]
test(gives, {resources, env: resource('limits.cpu')}, 'A=1')
test(gives, {resources, env: resource('limits.cpu', {divisor: '1m'})}, 'A=250')
test(gives, {resources, env: resource('requests.cpu', {divisor: '1m'})}, 'A=100')
test(gives, {resources, env: resource('limits.memory')}, 'A=67108864')
test(gives, {resources, env: resource('limits.memory', {divisor: '1Mi'})}, 'A=64')
test(gives, {resources, env: resource('limits.memory', {divisor: '1G'})}, 'A=1')
test(gives, {env: resource('limits.cpu')}, 'A=2')
test(gives, {env: resource('limits.memory', {divisor: '1Gi'})}, 'A=4')
test(gives, {env: resource('requests.cpu')}, 'A=0')
test(gives, {env: resource('requests.memory', {containerName: 'side', divisor: '1Mi'})}, 'A=32')

const refused = test.macro({
  exec: (t, container: Partial<Container>, message: string) => {
    const error = t.throws(() => environmentOf(container), {instanceOf: ContainerError})
    t.like(error, {reason: 'CreateContainerConfigError', message})
  },
  title: (_, __, message) => `refused: ${message}`,
})

test(refused, {env: [{name: 'A', valueFrom: fromMap('x', 'none')}]}, 'configmap "none" not found')
test(refused, {env: [{name: 'A', valueFrom: fromSecret('x', 'none')}]}, 'secret "none" not found')
test(refused, {env: [{name: 'A', valueFrom: fromSecret('x', 'elsewhere')}]}, 'secret "elsewhere" not found')
test(refused, {env: [{name: 'A', valueFrom: fromMap('x')}]}, "couldn't find key x in ConfigMap default/game")
test(refused, {env: [{name: 'A', valueFrom: fromMap('bytes')}]}, "couldn't find key bytes in ConfigMap default/game")
test(
  refused,
  {env: [{name: 'A', valueFrom: fromMap('toString')}]},
  "couldn't find key toString in ConfigMap default/game",
)
test(refused, {env: [{name: 'A', valueFrom: fromSecret('x')}]}, "couldn't find key x in Secret default/pass")
test(refused, {envFrom: [{configMapRef: {name: 'gone'}}]}, 'configmap "gone" not found')
test(refused, {envFrom: [{secretRef: {name: 'gone'}}]}, 'secret "gone" not found')
test(refused, {env: resource('limits.cpu', {containerName: 'nobody'})}, 'container nobody not found')

test('a text without $ expands to itself, and $$ to $', t => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (text, environment) => {
      t.is(expand(text.replaceAll('$', ''), environment), text.replaceAll('$', ''))
      t.is(expand(text.replaceAll('$', '$$$$'), environment), text)
    }),
  )
})
