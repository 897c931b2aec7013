import test from 'ava'
import {loadBalancers} from '../../src/controllers/load-balancers.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import type {Service, ServiceSpec} from '../../src/objects/service.ts'
import {runningWorld} from './_world.ts'

/** Three addresses: the first and the last of the network are not given. */
const pool = parseNetwork('10.0.40.0/29')

function service(name: string, spec: Partial<ServiceSpec> = {}): Service {
  const ports = [{port: 80, targetPort: 8080}]
  const metadata = {name, namespace: 'default'}
  return {apiVersion: 'v1', kind: 'Service', metadata, spec: {type: 'LoadBalancer', ports, ...spec}}
}

function balancedWorld() {
  const world = runningWorld([loadBalancers(pool)])
  const {store, objects, idle} = world
  const found = (name: string) => store.get('Service', {namespace: 'default', name}) as Service
  return {
    ...world,
    /** The addresses of the Services, by name. */
    async addresses() {
      await idle()
      const all = store.list('Service').filter(({metadata}) => metadata.name !== 'kubernetes')
      return all
        .map(({metadata, status}) => `${metadata.name} ${status?.loadBalancer?.ingress?.map(({ip}) => ip) ?? '-'}`)
        .join(', ')
    },
    change: (name: string, spec: Partial<ServiceSpec>) =>
      objects.apply([{...service(name), spec: {...service(name).spec, ...spec}}]),
    told: (name: string) =>
      store
        .list('Event')
        .filter(({involvedObject}) => involvedObject.uid === found(name).metadata.uid)
        .map(({type, reason, message}) => `${type} ${reason}: ${message}`),
  }
}

test('every Service of the type gets an address of its own, and tells of it', async t => {
  const {objects, addresses, told, stop} = balancedWorld()
  objects.apply([service('a'), service('b'), service('plain', {type: 'ClusterIP'})])
  t.is(await addresses(), 'a 10.0.40.1, b 10.0.40.2, plain -')
  t.deepEqual(told('a'), [
    'Normal EnsuringLoadBalancer: Ensuring load balancer',
    'Normal EnsuredLoadBalancer: Ensured load balancer',
  ])
  await stop()
})

test('it may ask for its address', async t => {
  const {objects, addresses, stop} = balancedWorld()
  objects.apply([service('a', {loadBalancerIP: '10.0.40.4'}), service('b')])
  t.is(await addresses(), 'a 10.0.40.4, b 10.0.40.1')
  await stop()
})

for (const asked of ['10.0.40.1', '10.9.9.9', '2001:db8::1'])
  test(`it waits for ${asked}, which it cannot have, and says so once`, async t => {
    const {objects, addresses, told, stop} = balancedWorld()
    objects.apply([service('a')])
    await addresses()
    objects.apply([service('b', {loadBalancerIP: asked})])
    t.is(await addresses(), 'a 10.0.40.1, b -')
    objects.apply([{...service('b', {loadBalancerIP: asked}), metadata: {...service('b').metadata, labels: {x: 'y'}}}])
    await addresses()
    t.deepEqual(told('b'), [
      `Warning SyncLoadBalancerFailed: Error syncing load balancer: failed to ensure load balancer: ${asked} is taken, or not in 10.0.40.0/29`,
    ])
    await stop()
  })

test('who comes when all are taken gets the first that becomes free', async t => {
  const {objects, addresses, told, stop} = balancedWorld()
  objects.apply('abcdef'.split('').map(name => service(name)))
  await addresses()
  objects.apply([service('late')])
  t.regex(await addresses(), /late -$/)
  t.regex(told('late')[0] ?? '', /no address of 10\.0\.40\.0\/29 is free$/)
  objects.delete({kind: 'svc', name: 'c'})
  t.regex(await addresses(), /late 10\.0\.40\.3$/)
  await stop()
})

test('another type lets go of the address', async t => {
  const {objects, addresses, change, stop} = balancedWorld()
  objects.apply([service('a'), service('b')])
  await addresses()
  change('a', {type: 'NodePort'})
  t.is(await addresses(), 'a -, b 10.0.40.2')
  change('a', {type: 'LoadBalancer'})
  t.is(await addresses(), 'a 10.0.40.1, b 10.0.40.2')
  await stop()
})

test("somebody else's class is left alone", async t => {
  const {objects, addresses, stop} = balancedWorld()
  objects.apply([service('a', {loadBalancerClass: 'example.com/big'})])
  t.is(await addresses(), 'a -')
  await stop()
})

test('an external IP of the pool is nobody else’s', async t => {
  const {objects, addresses, stop} = balancedWorld()
  objects.apply([service('x', {type: 'ClusterIP', externalIPs: ['10.0.40.1']}), service('y')])
  t.is(await addresses(), 'x -, y 10.0.40.2')
  await stop()
})
