import test from 'ava'
import {applyRulesChange, emptyRuleset, planChange, printIptablesSave} from '../../../src/kernel/rules/iptables.ts'
import {flannelPlan, podMtu} from '../../../src/node/overlay/flannel.ts'
import {overlayBackends} from '../../../src/node/overlay/index.ts'
import {flannelRules} from '../../../src/node/overlay/masquerade.ts'
import type {OverlayBackend} from '../../../src/node/overlay/overlay-backend.ts'
import {vxlan} from '../../../src/node/overlay/vxlan.ts'
import {master, masterAmong, network, node1, underlay} from '../../contract/overlay.ts'

test('flannel masquerades what leaves the pod network, and forwards all that is of it', t => {
  const plan = flannelRules({network, subnet: master.subnet})
  const change = planChange(emptyRuleset, plan)
  const saved = change === undefined ? '' : printIptablesSave(applyRulesChange(emptyRuleset, change))
  t.is(
    saved.replace(/^[^-].*\n/gm, ''),
    `-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s 172.17.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d 172.17.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 172.17.13.0/24 -d 172.17.0.0/16 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 172.17.0.0/16 -d 172.17.13.0/24 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG ! -s 172.17.0.0/16 -d 172.17.13.0/24 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s 172.17.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
-A FLANNEL-POSTRTG ! -s 172.17.0.0/16 -d 172.17.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
`,
  )
})

test('flannel leaves its subnet and MTU for docker to read', t => {
  const plan = flannelPlan({backend: vxlan, ...masterAmong(node1)})
  t.is(
    plan.files?.['/run/flannel/subnet.env'],
    'FLANNEL_NETWORK=172.17.0.0/16\nFLANNEL_SUBNET=172.17.13.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n',
  )
})

test('pods get what the overlay leaves of the MTU', t => {
  const mtus = Object.entries<OverlayBackend>(overlayBackends).map(([name, one]) => `${name} ${podMtu(one, underlay)}`)
  t.deepEqual(mtus, ['vxlan 1450', 'udp 1472', 'host-gw 1500'])
})

test("flannel's plan holds the overlay and one plan of rules", t => {
  const plan = flannelPlan({backend: vxlan, ...masterAmong(node1)})
  t.deepEqual(plan.state?.links, vxlan.plan(masterAmong(node1)).state?.links)
  t.deepEqual(
    plan.rules?.map(({owner}) => owner),
    ['flannel'],
  )
})
