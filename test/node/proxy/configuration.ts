import test from 'ava'
import {parseNetwork} from '../../../src/net/cidr.ts'
import {
  defaultProxyConfiguration,
  modeIn,
  ProxyConfigurationError,
  proxyConfigMapOf,
  readProxyConfiguration,
  withMode,
} from '../../../src/node/proxy/configuration.ts'
import type {ConfigMap} from '../../../src/objects/config-map.ts'

const holding = (text: string | undefined, annotations?: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name: 'kube-proxy', namespace: 'kube-system', ...(annotations && {annotations})},
  ...(text !== undefined && {data: {'config.conf': text}}),
})
const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'

test('what is printed is read back, by this process and by another one', async t => {
  const configuration = {
    ...defaultProxyConfiguration,
    mode: 'nftables',
    clusterCIDR: parseNetwork('172.17.0.0/16'),
    localhostNodePorts: false,
    nodePortAddresses: [parseNetwork('10.0.20.0/24'), parseNetwork('127.0.0.0/8')],
    portRange: {first: 45_000, last: 45_100},
  } as const
  const printed = proxyConfigMapOf(configuration)
  t.deepEqual(await readProxyConfiguration(printed), configuration)
  const edited = {...printed, data: {'config.conf': `# seen by somebody\n${printed.data?.['config.conf']}`}}
  t.deepEqual(await readProxyConfiguration(edited), configuration)
})

test('a file of kubeadm is read, with the fields that podlab does not know', async t => {
  const text = `${head}bindAddress: 0.0.0.0
clusterCIDR: 10.244.0.0/16
conntrack: {maxPerCore: null}
iptables: {masqueradeAll: true, masqueradeBit: null, syncPeriod: 0s}
ipvs: {scheduler: "", strictARP: false}
mode: ""
nodePortAddresses: null
`
  t.deepEqual(await readProxyConfiguration(holding(text)), {
    ...defaultProxyConfiguration,
    clusterCIDR: parseNetwork('10.244.0.0/16'),
    masqueradeAll: true,
  })
})

const refused = test.macro({
  exec: async (t, configMap: ConfigMap, message: string) => {
    await t.throwsAsync(readProxyConfiguration(configMap), {instanceOf: ProxyConfigurationError, message})
  },
  title: (_, _configMap: ConfigMap, message: string) => message,
})

test('a port range of one port is read as kube-proxy reads it, and 0-0 as none', async t => {
  t.deepEqual((await readProxyConfiguration(holding(`${head}portRange: 45000`))).portRange, {
    first: 45_000,
    last: 45_000,
  })
  t.is((await readProxyConfiguration(holding(`${head}portRange: 0-0`))).portRange, undefined)
})

test(refused, holding(undefined), 'config.conf is missing in the ConfigMap kube-system/kube-proxy')
test(refused, holding(''), 'config.conf: null: expected a mapping')
test(refused, holding('- a'), 'config.conf: ["a"]: expected a mapping')
test(
  refused,
  holding('a: b: c'),
  'config.conf is no YAML: Nested mappings are not allowed in compact mappings at line 1, column 4:',
)
test(refused, holding('kind: Pod'), 'kind: "Pod": expected KubeProxyConfiguration')
test(refused, holding(`${head}mode: ebpf`), 'mode: "ebpf": expected one of userspace, iptables, ipvs, nftables')
test(
  refused,
  holding(`${head}mode: [iptables]`),
  'mode: ["iptables"]: expected one of userspace, iptables, ipvs, nftables',
)
test(
  refused,
  holding(`${head}iptables: {syncPeriod: 2 hours}`),
  'iptables.syncPeriod: "2 hours": expected a duration, like 30s or 1m30s',
)
test(
  refused,
  holding(`${head}iptables: {minSyncPeriod: 1m}`),
  'iptables.syncPeriod: must be greater than or equal to iptables.minSyncPeriod',
)
test(refused, holding(`${head}iptables: yes please`), 'iptables: "yes please": expected a mapping')
test(refused, holding(`${head}iptables: {masqueradeAll: "yes"}`), 'masqueradeAll: "yes": expected true or false')
test(
  refused,
  holding(`${head}clusterCIDR: 10.244.0.1/16`),
  'clusterCIDR: "10.244.0.1/16" has host bits set; the network that it lies in is 10.244.0.0/16',
)
test(refused, holding(`${head}nodePortAddresses: 10.0.0.0/8`), 'nodePortAddresses: "10.0.0.0/8": expected a list')
test('another mode changes one line of what people have written', t => {
  const text = `# ours\n${head}mode: iptables # as always\nclusterCIDR: ""\n`
  t.is(withMode(holding(text), 'ipvs').data?.['config.conf'], `# ours\n${head}mode: ipvs\nclusterCIDR: ""\n`)
  t.is(withMode(holding(head), 'ipvs').data?.['config.conf'], `${head}mode: ipvs\n`)
  t.is(modeIn(withMode(holding(head), 'ipvs')), 'ipvs')
  t.is(modeIn(holding(head)), 'iptables')
  t.is(modeIn(undefined), 'iptables')
})
test(
  refused,
  holding(`${head}portRange: many`),
  'portRange: "many" is not a range of ports; expected one like 45000-45100',
)

test('each mode has periods of its own; zero is the default', async t => {
  const text = `${head}mode: nftables\niptables: {syncPeriod: 5s}\nnftables: {minSyncPeriod: 1.5s, syncPeriod: 1m30s}`
  t.like(await readProxyConfiguration(holding(text)), {minSyncPeriod: 1500, syncPeriod: 90_000})
  const zero = await readProxyConfiguration(holding(`${head}iptables: {minSyncPeriod: 0s, syncPeriod: 0s}`))
  t.false('minSyncPeriod' in zero || 'syncPeriod' in zero)
})
