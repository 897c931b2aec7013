import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import type {TestFn} from 'ava'
import {type Account, makePlace} from './_podlab.ts'

/** Whether an account may use ip_vs here; found out by doing it. */
export function mayUseIpvs({way}: Account): boolean {
  const script = 'ip link add kube-ipvs0 type dummy && ipvsadm -A -t 10.96.0.10:53 -s rr'
  const [program = '', ...words] = [...way, 'unshare', '--net', '--pid', '--fork', 'sh', '-c', script]
  return spawnSync(program, words).status === 0
}

/** Where there is no ip_vs, or it is not for everybody, podlab says so before anything is changed. */
export function noIpvsSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  test.after.always(() => place.remove())
  const remedy =
    account.name === 'root'
      ? /modprobe|a virtual machine can do it/
      : /The kernel lets only the machine's own root do this: sudo \.\/podlab/

  test.serial(`${account.name}: a lab with proxyMode ipvs is refused with the reason and the remedy`, async t => {
    const lab = place.lab(place.name('balanced'), 'nodes: [node1]\ncluster: {proxyMode: ipvs}\n')
    const {code, stdout, stderr} = await place.podlab('up', lab)
    t.is(code, 3)
    t.is(stdout, '')
    t.regex(stderr, /^podlab: kube-proxy's ipvs mode wants what is not here: .*ip_vs \(.+\)/)
    t.regex(stderr, remedy)
    t.regex(stderr, /podlab vm -- \.\/podlab run labs\/proxy-ipvs\n$/)
    t.false(existsSync(place.sessions))
  })

  test.serial(`${account.name}: set proxy ipvs is refused, and the rules stay`, async t => {
    const name = place.name('plain')
    const up = await place.podlab('up', place.lab(name, 'nodes: [node1]\n'))
    t.is(up.code, 0, up.stderr)
    try {
      const {code, stderr} = await place.podlab('set', '--lab', name, 'proxy', 'ipvs')
      t.is(code, 3)
      t.regex(stderr, /^podlab: kube-proxy's ipvs mode wants what is not here: /)
      t.regex(stderr, remedy)
      t.regex((await place.podlab('set', '--lab', name)).stdout, /^proxy = iptables /m)
    } finally {
      await place.podlab('down', name)
    }
  })

  test.serial(`${account.name}: what ipvs mode would write is shown all the same`, async t => {
    const name = place.name('shown')
    const up = await place.podlab('up', place.lab(name, 'nodes: [node1]\n'))
    t.is(up.code, 0, up.stderr)
    try {
      const words = ['diff', 'rules', '--lab', name, 'iptables', 'ipvs', 'svc/kubernetes']
      const {code, stdout} = await place.podlab(...words)
      t.is(code, 0)
      t.regex(stdout, /^ {4}ip addr add 10\.96\.0\.1\/32 dev kube-ipvs0$/m)
      t.regex(stdout, /^ {4}-A -t 10\.96\.0\.1:443 -s rr$/m)
      t.regex(stdout, /^ {4}add KUBE-CLUSTER-IP 10\.96\.0\.1,tcp:443$/m)
    } finally {
      await place.podlab('down', name)
    }
  })
}
