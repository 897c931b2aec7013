import {readFileSync} from 'node:fs'
import {setTimeout as pause} from 'node:timers/promises'
import test from 'ava'
import {rootAccount} from '../real/_podlab.ts'
import {judgedLab} from './_lab.ts'
import {missing, programNamed} from './_programs.ts'

const account = rootAccount()
const proxy = programNamed('kube-proxy')
const url = 'http://10.96.77.7'

if ('refused' in account) test.skip(`a real kube-proxy: ${account.refused}`, () => undefined)
else if (proxy === undefined) test.skip(`a real kube-proxy: ${missing('kube-proxy')}`, () => undefined)
else if (proxy.startsWith('/tmp/'))
  test.skip('a real kube-proxy: nodes do not see the /tmp of the host', () => undefined)
else
  test("a real kube-proxy, driven by podlab's API, writes rules that carry a packet to a pod", async t => {
    const lab = await judgedLab(account, 'kube-proxy')
    t.teardown(lab.down)
    const node = (...words: readonly string[]) => lab.place.podlab('exec', 'node/node1', '--', ...words)
    const answered = async () => (await node('curl', '-s', '-m', '2', url)).stdout
    const chains = async () => {
      const {stdout} = await node('iptables-save', '-t', 'nat')
      return [...new Set(stdout.match(/KUBE-(SVC|SEP)-\w+/g))].toSorted()
    }

    t.regex(await answered(), /^You've hit kubia-/)
    const own = await chains()
    t.true(own.length >= 5, own.join(' '))

    // A hand that takes podlab's rules away stays, until a Service changes.
    const flush = ['nat', 'filter', 'mangle'].map(table => `iptables -t ${table} -F; iptables -t ${table} -X`)
    await node('sh', '-c', flush.join('; '))
    t.is(await answered(), '', 'without rules nobody answers')
    t.deepEqual(await chains(), [])

    const kubeconfig = readFileSync(lab.kubeconfig, 'utf8').replace(/server: .*/, 'server: https://10.0.20.254:6443')
    await node('sh', '-c', 'printf %s "$1" > /tmp/kubeconfig', 'sh', kubeconfig)
    const real = lab.place.start([
      'exec',
      'node/node1',
      '--',
      // A bound of its own: when the test is ended it must not stay.
      'timeout',
      '60',
      proxy,
      '--kubeconfig=/tmp/kubeconfig',
      '--hostname-override=node1',
      '--proxy-mode=iptables',
      '--cluster-cidr=172.17.0.0/16',
      // 1.20 wants EndpointSlices of a version that is gone since 1.25.
      '--feature-gates=EndpointSliceProxying=false',
      // These sysctls belong to the whole machine.
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0s',
      '--conntrack-tcp-timeout-close-wait=0s',
    ])
    // With the lab it ends for good.
    t.teardown(() => real.child.kill('SIGKILL'))

    const deadline = performance.now() + 30_000
    let said = ''
    while (said === '' && performance.now() < deadline) {
      said = await answered()
      await pause(100)
    }
    t.regex(said, /^You've hit kubia-/, real.said())
    const {stdout} = await node('iptables-save', '-t', 'nat')
    t.regex(stdout, /^:KUBE-PROXY-CANARY /m)
    t.deepEqual(await chains(), own, 'podlab gives its chains the names that kube-proxy gives them')
  })
