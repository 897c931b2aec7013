import {chmodSync, readlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import type {ExecutionContext, TestFn} from 'ava'
import {ask} from '../../src/cluster/control.ts'
import {filesIn, readState} from '../../src/cluster/session.ts'
import {familyOf, type IpFamily} from '../../src/net/ip.ts'
import {proxyConfigMapOf} from '../../src/node/proxy/configuration.ts'
import {addressOf, callsOf, type Target, titleOf} from '../trace/_calls.ts'
import {nodeNames, type PodAddresses} from '../trace/_cluster.ts'
import {type Expectation, expectation, type Setting} from '../trace/_model.ts'
import {configurationOf, type Planning} from '../trace/_planned.ts'
import {type Row, rowsOf, sampleOf} from '../trace/_sample.ts'
import type {TableService} from '../trace/_services.ts'
import {settings} from '../trace/_settings.ts'
import {differences, missing} from './_planned-and-seen.ts'
import {type Account, makePlace, sessionFolder} from './_podlab.ts'
import {tableFamilies, tableLab} from './_table-family.ts'
import {run, wayInto} from './_way-into.ts'

/*
 * The packet table as real packets: every call of test/trace is made in a lab, in each mode of kube-proxy, one after the other on the same nodes.
 * See test/trace/_cluster.ts for who is where.
 */
type PodSeen = {
  readonly metadata: {readonly name: string; readonly uid: string}
  readonly status: {readonly podIP: string; readonly podIPs: readonly {readonly ip: string}[]}
}

type Mode = Setting['mode']

/* An emulated machine is ten times slower. */
const patience = Number(process.env.PODLAB_PATIENCE ?? 1)

/** What packets do, for an account. One call in `share` is made, which ones the setting's number says; or those of the sample. */
export function packetTableSuite(
  test: TestFn,
  account: Account,
  {
    share = 1,
    modes = ['iptables', 'nftables', 'userspace'],
    sampled = false,
    family = 'IPv4',
  }: {share?: number; modes?: readonly Mode[]; sampled?: boolean; family?: IpFamily} = {},
): void {
  const place = makePlace(account)
  const name = place.name('table')
  const table = tableFamilies[family]
  const {services, entry} = table
  let addresses: PodAddresses
  /* How often somebody was told that no way leads there. */
  let told = 0
  let enter: Awaited<ReturnType<typeof wayInto>>

  const socket = () => join(sessionFolder(place, name), 'control.sock')
  const file = (title: string, content: string) => {
    const path = join(place.folder, title)
    writeFileSync(path, content)
    chmodSync(path, 0o644)
    return path
  }
  test.serial.before(async t => {
    t.timeout(300_000 * patience)
    const {code, stderr} = await place.podlab('up', place.lab(name, tableLab(modes[0] ?? 'iptables', table)))
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
    const items = (await ask(socket(), 'list', {
      kind: 'Pod',
      namespace: 'default',
    })) as readonly unknown[] as readonly PodSeen[]
    const addressesIn = (wanted: IpFamily) => {
      const own = ({status}: PodSeen) => status.podIPs.find(({ip}) => familyOf(ip) === wanted)?.ip ?? status.podIP
      return Object.fromEntries(items.map(pod => [pod.metadata.name, own(pod)])) as PodAddresses
    }
    addresses = addressesIn(family)
    const uids = new Map(items.map(pod => [pod.metadata.name, pod.metadata.uid]))
    const session = {...filesIn(sessionFolder(place, name)), name, folder: sessionFolder(place, name)}
    enter = await wayInto({account, daemon: readState(session)?.pid ?? 0, uids})
    await ask(socket(), 'apply', {
      objects: table.objects({IPv4: addressesIn('IPv4'), IPv6: addressesIn('IPv6')}),
    })
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    place.remove()
  })

  /* Settings other than the usual one change what few calls meet. */
  const rowsFor = (index: number) => {
    const every = share * (index === 0 ? 1 : 4)
    return (sampled ? sampleOf(services, index) : rowsOf(services)).filter((_, at) => at % every === index % every)
  }

  for (const mode of modes)
    for (const [index, [title, rest]] of Object.entries(settings).entries()) {
      // The proxy goes by none of them; and a sample is taken where each call takes long.
      if (index > 0 && (mode === 'userspace' || (sampled && !process.env.PODLAB_ALL_SETTINGS))) continue
      const setting = {mode, ...rest, ...table.planning}
      test.serial(`${account.name}: ${mode}, ${title}: packets go where Kubernetes promises`, async t => {
        t.timeout(300_000 * patience)
        await ask(socket(), 'apply', {objects: [proxyConfigMapOf(configurationOf(setting))]})
        await settled(t, setting)
        const full: Setting = {...setting, family, addresses, entry}
        const rows = rowsFor(index)
        told = 0
        t.deepEqual(await wrong(rows, full), [])
        t.true(told > 0)
        t.log(`${rows.length} calls`)
      })

      if (index === 0)
        test.serial(`${account.name}: ${mode}: a client stays with its endpoint where affinity says so`, async t => {
          t.timeout(120_000 * patience)
          await remembered(
            t,
            services.find(one => one.name === 'sticky'),
          )
        })
    }

  test.serial(
    `${account.name}: the table can fail: with the endpoints of another Service its calls are wrong`,
    async t => {
      const full: Setting = {
        mode: modes.at(-1) ?? 'nftables',
        knowsPods: true,
        masqueradeAll: true,
        localhostNodePorts: true,
        ...{family, addresses, entry},
      }
      const found = services.find(one => one.name === 'one-cluster-cluster')
      if (found === undefined) throw new Error('one-cluster-cluster is in the table')
      const service: TableService = {...found, endpoints: {one: 'ready'}}
      const every = sampled ? 4 : 1
      const rows = callsOf(service)
        .map(call => ({service, ...call}))
        .filter((_, at) => at % every === 0)
      const answered = rows.filter(
        row =>
          typeof expectation(service, row, full) === 'object' &&
          'answers' in (expectation(service, row, full) as object),
      )
      t.true(answered.length > 0)
      t.is((await wrong(answered, full, 1)).length, answered.length)
    },
  )

  /** Waits until the nodes have the rules that are planned for the table, and no others. */
  async function settled(t: ExecutionContext, setting: Planning): Promise<void> {
    const deadline = performance.now() + 30_000 * patience
    for (;;) {
      const found = await Promise.all(
        nodeNames.map(async node => {
          const seen = await run([...enter({node}), 'sh', '-c', table.rulesSeen])
          const rules = table.planned(node, setting, {addresses, seen})
          const lacking =
            setting.mode === 'ipvs' ? missing(rules, await run([...enter({node}), 'sh', '-c', balancer])) : []
          return [...differences(rules, seen), ...lacking]
        }),
      )
      const all = found.flat()
      if (all.length === 0) return
      if (performance.now() > deadline) {
        t.deepEqual(all.slice(0, 20), [], 'what is planned is not what is there')
        return
      }
      await pause(300)
    }
  }

  /** Calls that did not end as they must. Under load a call may be lost, and is made again. */
  async function wrong(rows: readonly Row[], setting: Setting, rounds = 3): Promise<readonly string[]> {
    let left = rows
    let said: readonly string[] = []
    for (let round = 0; round < rounds && left.length > 0; round++) {
      const results = await calls(left, setting)
      told += results.filter(result => result === unreachable).length
      const bad = left.flatMap((row, at) => {
        const wanted = seenInTruth(row, setting)
        return isAsExpected(results[at] ?? 'nothing', wanted, setting)
          ? []
          : [{row, text: `${titleOf(row.service, row)}: ${results[at]}, expected ${JSON.stringify(wanted)}`}]
      })
      left = bad.map(({row}) => row)
      said = bad.map(({text: line}) => line)
    }
    return said
  }

  /** What came of each call, all callers at the same time. */
  async function calls(rows: readonly Row[], setting: Setting): Promise<readonly string[]> {
    const results: string[] = []
    const byCaller = Map.groupBy(
      rows.map((row, at) => ({...row, at})),
      ({from}) => JSON.stringify(from),
    )
    await inTurns([...byCaller.values()], 3, async group => {
      const from = group[0]?.from ?? 'laptop'
      const lines = group.map(({service, to, at}) => {
        const {ip, port} = addressOf(service, to, addresses)
        const wanted = seenInTruth({service, from, to}, setting)
        return `${at} ${protocolOf(service, to)} ${ip} ${port} ${(isPatient(wanted) ? 10_000 : 1200) * Math.min(patience, 3)}`
      })
      const listed = file(`calls-${JSON.stringify(from).replaceAll(/\W/g, '')}`, lines.join('\n'))
      const output = await run([...enter(from), process.execPath, caller, listed, ownNetwork])
      for (const line of output.trim().split('\n')) {
        const [at, ...words] = line.split(' ')
        results[Number(at)] = words.join(' ')
      }
    })
    return results
  }

  async function remembered(t: ExecutionContext, service: TableService | undefined): Promise<void> {
    if (service === undefined) throw new Error('sticky is in the table')
    const lines = (count: number) =>
      Array.from({length: count}, (_, at) => `${at} tcp ${service.clusterIp} 80 10000`).join('\n')
    for (const from of [{pod: 'caller-a'}, {pod: 'caller-c'}] as const) {
      const ask = async (count: number) => {
        const output = await run([
          ...enter(from),
          process.execPath,
          caller,
          file('calls-sticky', lines(count)),
          ownNetwork,
        ])
        return output
          .trim()
          .split('\n')
          .map(line => line.split(' ')[2])
      }
      const [first] = await ask(1)
      t.deepEqual(
        await ask(8),
        Array.from({length: 8}, () => first),
        from.pod,
      )
    }
  }
}

/**
 * What the caller sees, where that is not what becomes of its packet. A datagram for 127.0.0.1 comes to the proxy of userspace mode and on to the pod.
 * But the proxy answers from 127.0.0.1, as the way back leads by loopback, not from the node's address to which the rules have sent the
 * datagram; so the kernel does not know the answer as one. Real kube-proxies did the same. And the pods' UDP server listens on IPv4 only: by IPv6 a
 * datagram comes to the pod, which says that the port is closed.
 */
function seenInTruth(row: Row, setting: Setting): Expectation {
  if (setting.mode === 'userspace' && row.service.udp && row.to === 'localhost') return 'silence'
  const wanted = expectation(row.service, row, setting)
  const isDeaf = setting.family === 'IPv6' && row.service.udp && row.to !== 'localhost'
  return isDeaf && typeof wanted === 'object' && 'answers' in wanted ? {refused: 'closed'} : wanted
}

const balancer = 'ipset save; echo @@; ipvsadm -Sn'

const unreachable = 'refused ENETUNREACH'

function isPatient(wanted: Expectation): boolean {
  return wanted !== 'silence' && !('refused' in wanted && wanted.refused === 'unreachable')
}

const caller = join(import.meta.dirname, '_caller.ts')
const ownNetwork = readlinkSync('/proc/self/ns/net')

function protocolOf({udp}: TableService, to: Target): 'tcp' | 'udp' {
  return udp && !(typeof to === 'object' && 'endpoint' in to) ? 'udp' : 'tcp'
}

/**
 * `answered two 172.17.13.3`, `refused ECONNREFUSED`, `silent`. Of packets that find no way Linux tells each sender once in a second at most, five times at
 * once (net.ipv4.route.error_cost and error_burst); the others are lost in silence.
 */
function isAsExpected(result: string, wanted: Expectation, {mode}: Setting): boolean {
  if (wanted === 'silence') return result === 'silent'
  if ('refused' in wanted) {
    if (wanted.refused === 'closed' && mode === 'userspace') return /^refused (CLOSED|ECONNRE\w+)$/.test(result)
    if (wanted.refused !== 'unreachable') return result === 'refused ECONNREFUSED'
    return result === unreachable || result === 'silent'
  }
  return Object.entries(wanted.answers).some(([pod, client]) => result === `answered ${pod} ${client}`)
}

async function inTurns<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const work = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await act(item)
  }
  await Promise.all(Array.from({length: atOnce}, work))
}
