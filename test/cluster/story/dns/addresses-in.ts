import test from 'ava'
import {addressesIn} from '../../../../src/cluster/story/dns/addresses-in.ts'

const finds = test.macro({
  exec: (t, stdout: string, addresses: readonly string[]) => t.deepEqual(addressesIn(stdout), addresses),
  title: (_, stdout: string, addresses: readonly string[]) =>
    `${addresses.join(' and ') || 'nothing'}: ${JSON.stringify(stdout)}`,
})

test(finds, '10.96.0.100     STREAM kubia.default.svc.cluster.local\n10.96.0.100     DGRAM\n10.96.0.100     RAW\n', [
  '10.96.0.100',
])
test(finds, 'fd00:10:96::a   STREAM web\n10.96.0.7       STREAM\n', ['fd00:10:96::a', '10.96.0.7'])
test(finds, '::1             STREAM localhost\n::1             DGRAM\n', ['::1'])
test(finds, '::ffff:10.0.0.1 STREAM mapped\n', ['::ffff:10.0.0.1'])
test(finds, 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tkubia\nAddress: 10.96.0.100\n', ['10.96.0.100'])
test(finds, 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tweb\nAddress: fd00:10:96::a\n', ['fd00:10:96::a'])
test(finds, "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find kubia: NXDOMAIN\n", [])
test(finds, '', [])
