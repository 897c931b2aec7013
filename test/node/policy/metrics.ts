import test from 'ava'
import {parseNftTable} from '../../../src/kernel/nftables/parse.ts'
import {policyMetrics} from '../../../src/node/policy/metrics.ts'
import {printMetrics} from '../../../src/node/proxy-status/exposition.ts'

const seen = `table ip network-policy {
	map from-pods {
		type ipv4_addr : verdict
	}
	map to-pods {
		type ipv4_addr : verdict
		elements = { 172.17.12.2 : goto to-shop/web, 172.17.12.3 : goto to-shop/db }
	}
	chain ingress-shop/deny {
	}
	chain to-shop/web {
		jump ingress-shop/deny
		counter packets 6 bytes 360 drop
	}
	chain to-shop/db {
		jump ingress-shop/deny
		counter packets 0 bytes 0 drop
	}
}
`

test('what is dropped is told for each pod and direction', t => {
  const text = printMetrics(policyMetrics({policies: 1, seen: [parseNftTable(seen)], failures: 0}))
  t.is(
    text.replaceAll(/^#.*\n/gm, ''),
    `podlab_network_policies 1
podlab_network_policy_dropped_packets_total{namespace="shop",pod="web",direction="ingress"} 6
podlab_network_policy_dropped_packets_total{namespace="shop",pod="db",direction="ingress"} 0
podlab_network_policy_isolated_addresses{direction="egress"} 0
podlab_network_policy_isolated_addresses{direction="ingress"} 2
podlab_network_policy_sync_failures_total 0
`,
  )
})
