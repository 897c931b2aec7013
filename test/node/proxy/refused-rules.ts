import test from 'ava'
import {KernelError} from '../../../src/kernel/kernel.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {RulesRefusedError, serviceOf} from '../../../src/node/proxy/refused-rules.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {kubia} from './_plan.ts'

const other: ServicePort = {...kubia, name: 'default/kubia-2:http', clusterIp: parseIp('10.96.0.9'), endpoints: []}
const ports = [other, kubia]

const isOf = test.macro({
  exec: (t, line: string, service: string | undefined) => t.is(serviceOf(line, ports), service),
  title: (_, line: string, service: string | undefined) => `${line} is of ${service ?? 'no Service'}`,
})

const ofOther = '-A KUBE-SERVICES -d 10.96.0.9/32 -p tcp -m comment --comment "default/kubia-2:http cluster IP" -j X'
test(isOf, ofOther, 'default/kubia-2:http')
test(isOf, '-A KUBE-SVC-XCCRWSFD2BRL7CRI -j KUBE-SEP-ABC', 'default/kubia')
test(isOf, '-A KUBE-EXT-XCCRWSFD2BRL7CRI -j KUBE-MARK-MASQ', 'default/kubia')
test(isOf, '-A KUBE-SEP-6I7RMONTUK6OBNRS -s 172.17.12.2/32 -j KUBE-MARK-MASQ', 'default/kubia')
test(isOf, '-A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j X', 'default/kubia')
test(
  isOf,
  'add rule ip kube-proxy service-HZ5M5G5G-default/kubia-2/tcp/http numgen random mod 1',
  'default/kubia-2:http',
)
test(isOf, '-A KUBE-POSTROUTING -j RETURN', undefined)
test(isOf, '-A KUBE-SERVICES -m comment --comment "default/kubia-3 cluster IP" -j X', undefined)

test('the error says whose rule it is, the rule, and the words of the kernel', t => {
  const line = '-A KUBE-SVC-XCCRWSFD2BRL7CRI -m statistic --mode random --probability 2 -j KUBE-SEP-6I7RMONTUK6OBNRS'
  const cause = new KernelError(`RULE_APPEND failed (Invalid argument): iptables-restore ${line}`, {
    ...{code: 'op-failed', netns: 'node1', line},
  })
  const error = new RulesRefusedError(cause, ports)
  t.is(
    error.message,
    `the rules of Service default/kubia are refused, and the old ones of all Services stay: RULE_APPEND failed (Invalid argument): iptables-restore ${line}`,
  )
  t.deepEqual([error.service, error.rule], ['default/kubia', line])
})
