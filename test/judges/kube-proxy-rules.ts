import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import test from 'ava'
import {makePlace, rootAccount, sessionFolder} from '../real/_podlab.ts'
import {missing, programNamed} from './_programs.ts'
import {difference, iptablesRules, nftRules, type Rules, withoutProxyPorts} from './_rules.ts'
import {servicesLab} from './_services.ts'

/*
 * A real kube-proxy gets the Services that podlab has, in the same node, and writes the same rules, to the word: the lab's own are taken out,
 * the real one runs, and what each has left is compared. What differs stands here, with its reason.
 */
type Case = {
  readonly program: string
  readonly mode: 'userspace' | 'iptables' | 'nftables'
  /** `cluster:` of the lab. */
  readonly cluster: string
  readonly flags: readonly string[]
  /** Arguments of iptables. */
  readonly kubelet: readonly string[]
  /** Lines that podlab has and the real one has not (-), or the other way round (+). */
  readonly differs: readonly string[]
}

const account = rootAccount()

/* What the kubelet of that age has made before kube-proxy comes. */
const modernKubelet = ['-N KUBE-FIREWALL', '-I INPUT -j KUBE-FIREWALL', '-I OUTPUT -j KUBE-FIREWALL']
const oldKubelet = [
  ...modernKubelet,
  '-A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP',
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  '-t nat -N KUBE-MARK-DROP',
  '-t nat -A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000',
]

const cases: Readonly<Record<string, Case>> = {
  '1.30 in iptables mode': {
    ...{program: 'kube-proxy-1.30', mode: 'iptables', cluster: '{}', flags: []},
    ...{kubelet: modernKubelet, differs: []},
  },
  '1.30 in iptables mode, with other settings': {
    ...{program: 'kube-proxy-1.30', mode: 'iptables'},
    cluster: '{proxy: {masqueradeAll: true, localhostNodePorts: false, nodePortAddresses: [10.0.20.0/24]}}',
    flags: ['--masquerade-all', '--iptables-localhost-nodeports=false', '--nodeport-addresses=10.0.20.0/24'],
    ...{kubelet: modernKubelet, differs: []},
  },
  '1.18 in iptables mode': {
    ...{program: 'kube-proxy-1.18', mode: 'iptables', cluster: '{proxy: {profile: v1.18}}', flags: []},
    ...{kubelet: oldKubelet, differs: []},
  },
  '1.18 in userspace mode': {
    ...{program: 'kube-proxy-1.18', mode: 'userspace', cluster: '{proxyMode: userspace}', flags: [], kubelet: []},
    differs: [],
  },
  '1.32 in nftables mode': {
    ...{program: 'kube-proxy-1.32', mode: 'nftables', cluster: '{proxyMode: nftables}', flags: [], kubelet: []},
    // The real one learns the service range from objects of kind ServiceCIDR, which 1.32 has in beta and turned off.
    differs: ['- ip daddr 10.96.0.0/12 drop comment "Drop traffic to unallocated ClusterIPs"'],
  },
}

/* The real one raises its limit to this, or gives up. */
function mayOpen(files: number): boolean {
  return spawnSync('sh', ['-c', `ulimit -n ${files}`]).status === 0
}

const common = [
  '--kubeconfig=/tmp/kubeconfig',
  '--hostname-override=node1',
  '--cluster-cidr=172.17.0.0/16',
  // The ports of podlab's own are taken.
  '--metrics-bind-address=127.0.0.1:20249',
  '--healthz-bind-address=0.0.0.0:20256',
  // These sysctls belong to the whole machine.
  '--conntrack-max-per-core=0',
  '--conntrack-tcp-timeout-established=0s',
  '--conntrack-tcp-timeout-close-wait=0s',
]

for (const [title, {program, mode, cluster, flags, kubelet, differs}] of Object.entries(cases)) {
  const path = programNamed(program)
  const why =
    'refused' in account
      ? account.refused
      : path === undefined
        ? missing(program)
        : path.startsWith('/tmp/')
          ? 'nodes do not see the /tmp of the host'
          : mode === 'userspace' && !mayOpen(64_000)
            ? 'it must be allowed to open 64000 files (ulimit -n)'
            : undefined
  if (why !== undefined || path === undefined || 'refused' in account) {
    test.skip(`kube-proxy ${title} writes the same rules (skipped: ${why})`, () => undefined)
    continue
  }
  test.serial(`kube-proxy ${title} writes the same rules`, async t => {
    t.timeout(180_000)
    const place = makePlace(account)
    t.teardown(async () => {
      await place.podlab('down', '--all')
      place.remove()
    })
    const name = place.name('rules')
    const up = await place.podlab('up', place.lab(name, servicesLab(cluster)))
    t.is(up.code, 0, up.stderr)
    const node = (...words: readonly string[]) => place.podlab('exec', 'node/node1', '--', ...words)
    const rules = async (): Promise<Rules> =>
      mode === 'nftables'
        ? nftRules((await node('nft', 'list', 'table', 'ip', 'kube-proxy')).stdout)
        : iptablesRules(withoutProxyPorts((await node('iptables-save')).stdout))

    const own = await rules()
    t.true(Object.values(own).flat().length > 50, 'podlab has rules')
    const flush = ['nat', 'filter', 'mangle'].map(table => `iptables -t ${table} -F; iptables -t ${table} -X`)
    // Podlab's sockets hold node ports that the real one wants.
    if (mode === 'userspace') await place.podlab('set', 'proxy', 'nftables')
    const clear = mode === 'iptables' ? flush.join('; ') : 'nft delete table ip kube-proxy'
    await node('sh', '-c', clear)
    t.deepEqual(await rules(), {}, 'they are gone')

    const kubeconfig = readFileSync(join(sessionFolder(place, name), 'kubeconfig'), 'utf8')
    const inside = kubeconfig.replace(/server: .*/, 'server: https://10.0.20.254:6443')
    await node('sh', '-c', 'printf %s "$1" > /tmp/kubeconfig', 'sh', inside)
    await node('sh', '-c', kubelet.map(words => `iptables ${words}`).join('; '))
    const words = ['timeout', '90', path, ...common, `--proxy-mode=${mode}`, ...flags]
    const real = place.start(['exec', 'node/node1', '--', ...words])
    t.teardown(() => real.child.kill('SIGKILL'))

    const deadline = performance.now() + 60_000
    let found = difference(own, await rules())
    while (found.join('\n') !== differs.join('\n') && performance.now() < deadline) {
      await pause(500)
      found = difference(own, await rules())
    }
    t.deepEqual(found, differs, real.said())
  })
}
