import test from 'ava'
import {explainMissingTools} from '../../src/cluster/missing-tools.ts'

const without =
  (...missing: readonly string[]) =>
  (path: string) =>
    path.startsWith('/usr/sbin/') && !missing.includes(path.slice('/usr/sbin/'.length))

const explained = test.macro({
  exec: (t, missing: readonly string[], expected: string | undefined) =>
    t.is(explainMissingTools(without(...missing)), expected),
  title: (_, missing: readonly string[]) => `missing: ${missing.join(', ') || 'nothing'}`,
})

test(explained, [], undefined)
test(explained, ['ip'], 'ip is missing. As root, type: apt-get install iproute2')
test(
  explained,
  ['bridge', 'ip', 'iptables-restore'],
  'ip, bridge, iptables-restore are missing. As root, type: apt-get install iproute2 iptables',
)
test(explained, ['unshare'], 'unshare is missing. As root, type: apt-get install util-linux')
