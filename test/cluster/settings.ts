import test from 'ava'
import {SettingError, settingNamed} from '../../src/cluster/settings.ts'
import {annotationsOf} from '../../src/node/overlay/node-leases.ts'
import type {Lease} from '../../src/node/overlay/overlay-backend.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {master, node1} from '../contract/overlay.ts'

function cluster(...leases: readonly Lease[]) {
  const store = memoryStore({clock: () => 0, uid: () => 'uid'})
  for (const lease of leases)
    store.create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {name: lease.node, annotations: annotationsOf(lease, 'vxlan')},
      spec: {podCIDR: lease.subnet},
    })
  return store
}

test('overlay is what the leases of the nodes say, and is changed there', t => {
  const store = cluster(master, node1)
  const overlay = settingNamed('overlay', 'host-gw')
  t.is(overlay.read(store), 'vxlan')
  overlay.write(store, 'host-gw')
  t.is(overlay.read(store), 'host-gw')
  t.deepEqual(
    store.list('Node').map(({metadata}) => metadata.annotations),
    [annotationsOf(master, 'host-gw'), annotationsOf(node1, 'host-gw')],
  )
})

test('the value that is there already changes nothing', t => {
  const store = cluster(master)
  const {revision} = store
  settingNamed('overlay', 'vxlan').write(store, 'vxlan')
  t.is(store.revision, revision)
})

const refuses = test.macro({
  exec: (t, name: string, value: string, message: RegExp) => {
    t.regex(t.throws(() => settingNamed(name, value), {instanceOf: SettingError}).message, message)
  },
  title: (_, name, value) => `${name} ${value} is refused`,
})

test(refuses, 'overlai', 'vxlan', /^there is no setting "overlai"; what can be set: overlay/)
test(refuses, 'toString', 'vxlan', /^there is no setting "toString"/)
test(refuses, 'overlay', 'ipip', /^overlay cannot be "ipip"; expected vxlan, .*host-gw/)
