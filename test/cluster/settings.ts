import test from 'ava'
import {SettingError, settingNamed} from '../../src/cluster/settings.ts'
import {parseNetwork6} from '../../src/net/cidr.ts'
import {parseIp6} from '../../src/net/ip6.ts'
import {parseMac} from '../../src/net/mac.ts'
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

test('an overlay without IPv6 is refused where nodes have it', t => {
  const six = {publicIp: parseIp6('fd00:10:0:20::4'), subnet: parseNetwork6('fd00:172:17:d::/64')}
  const store = cluster({...master, ipv6: {...six, vtepMac: parseMac('06:42:ac:11:0d:00')}}, node1)
  const error = t.throws(() => settingNamed('overlay', 'udp').write(store, 'udp'), {instanceOf: SettingError})
  t.is(error.message, "the lab is dual-stack, and flannel's udp backend carries no IPv6: choose vxlan or host-gw")
  t.is(settingNamed('overlay', 'udp').read(store), 'vxlan')
  settingNamed('overlay', 'host-gw').write(store, 'host-gw')
  t.is(settingNamed('overlay', 'host-gw').read(store), 'host-gw')
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
