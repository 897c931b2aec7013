import test from 'ava'
import {applyRulesChange, emptyRuleset, planChange, printIptablesSave} from '../../../src/kernel/rules/iptables.ts'
import {parseNetwork} from '../../../src/net/cidr.ts'
import {flannelPlan, podMtu} from '../../../src/node/overlay/flannel.ts'
import {flannelRules} from '../../../src/node/overlay/masquerade.ts'
import {vxlan} from '../../../src/node/overlay/vxlan.ts'
import {master, node1, underlay} from '../../contract/overlay.ts'

const network = parseNetwork('172.17.0.0/16')

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
  const plan = flannelPlan({backend: vxlan, network, self: master, peers: [node1], underlay})
  t.is(
    plan.files?.['/run/flannel/subnet.env'],
    'FLANNEL_NETWORK=172.17.0.0/16\nFLANNEL_SUBNET=172.17.13.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n',
  )
  t.is(podMtu(vxlan, underlay), 1450)
})

test("flannel's plan holds the overlay and one plan of rules", t => {
  const plan = flannelPlan({backend: vxlan, network, self: master, peers: [node1], underlay})
  t.deepEqual(plan.state?.links, vxlan.plan(master, [node1], underlay).state?.links)
  t.deepEqual(
    plan.rules?.map(({owner}) => owner),
    ['flannel'],
  )
})
