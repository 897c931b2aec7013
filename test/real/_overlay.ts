import type {ExecutionContext, TestFn} from 'ava'
import type {NetnsState} from '../../src/kernel/state.ts'
import {overlayBackends} from '../../src/node/overlay/index.ts'
import type {OverlayBackend} from '../../src/node/overlay/overlay-backend.ts'
import type {Sandbox} from './_sandbox.ts'

/*
 * What every overlay does with packets, in one sandbox:
 *
 *      10.0.20.0/24 ──┬─────────────────────────┬─────────────────────────┬──
 *                eth0 │ 10.0.20.4          eth0 │ 10.0.20.11         eth0 │ 10.0.20.12
 *     ┌─ master ──────┴───────┐  ┌─ node1 ──────┴───────┐  ┌─ node2 ──────┴───────┐
 *     │ flannel 172.17.13.0   │  │ flannel 172.17.12.0  │  │ flannel 172.17.18.0  │
 *     │ docker0 172.17.13.1   │  │ docker0 172.17.12.1  │  │ docker0 172.17.18.1  │
 *     └──────────┬────────────┘  └──────────┬───────────┘  └──────────┬───────────┘
 *           pod-master                  pod-node1                 pod-node2
 *           172.17.13.2                 172.17.12.2               172.17.18.2
 */

/** How many routers a pod's packet passes on its way to a pod of another node: the nodes, and under udp flannel itself, twice. */
const routers: Readonly<Record<string, number>> = {vxlan: 2, udp: 4, 'host-gw': 2}

const links: Readonly<Record<string, readonly string[]>> = {vxlan: ['flannel.1'], udp: ['flannel0'], 'host-gw': []}

/** The suite; with `standIn`, flannel0 is a veth pair. */
export function overlaySuite(test: TestFn, sandbox: Sandbox, {standIn}: {standIn: boolean}): void {
  if ('refused' in sandbox) return void test.skip(`no sandbox here: ${sandbox.refused}`, () => undefined)
  const {ask} = sandbox
  test.after.always(() => sandbox.stop())
  test.before(async () => {
    await ask('make', standIn)
    await ask('carry', 'vxlan', 'master', 'node1')
    await ask('attach', 'master', 'node1')
  })

  const run = async (netns: string, ...argv: string[]) =>
    (await ask('run', netns, ...argv)) as {code: number; stdout: string; stderr: string}
  const observe = async (netns: string) => (await ask('observe', netns)) as NetnsState
  /** One packet; where none is to come back the wait is short. */
  const ping = async (...argv: string[]) => (await run('pod-master', 'ping', '-n', '-c1', '-W10', ...argv)).stdout
  const vainPing = async (...argv: string[]) => (await run('pod-master', 'ping', '-n', '-c1', '-W1', ...argv)).stdout
  /** Through a link that has just been set up: the kernel lets packets out of it when it gets round to it, within a second. */
  const firstPings = async (to: string) => (await run('pod-master', 'ping', '-n', '-c5', '-i0.4', '-W10', to)).stdout

  for (const [name, backend] of Object.entries<OverlayBackend>(overlayBackends)) {
    const mtu = 1500 - backend.overhead
    const carries = (fact: string, holds: (t: ExecutionContext) => Promise<void>) =>
      test.serial(`${name} ${fact}`, async t => {
        await ask('carry', name, 'master', 'node1')
        await holds(t)
      })

    carries('carries packets between pods of two nodes, in each of which only its own links are', async t => {
      t.regex(await firstPings('172.17.12.2'), /[1-5] received/)
      const observed = (await observe('master')).links.map(link => link.name)
      const own = links[name] ?? []
      t.deepEqual(
        observed.filter(link => link.startsWith('flannel')),
        [...own],
      )
    })

    carries('shows each pod the address of the other', async t => {
      const server = run('pod-node1', 'timeout', '60', 'busybox', 'nc', '-l', '-p', '9', '-e', 'ss', '-tnH')
      await run('pod-node1', 'timeout', '60', 'sh', '-c', 'until ss -ltn | grep -q :9; do sleep 0.02; done')
      const connections = (await run('pod-master', 'timeout', '60', 'busybox', 'nc', '172.17.12.2', '9')).stdout
      t.regex(connections, /172\.17\.12\.2\]?:9 .*172\.17\.13\.2\]?:/)
      await server
    })

    carries(`lets packets of ${mtu} bytes pass, whole, and no larger ones`, async t => {
      t.is((await observe('pod-master')).links.find(link => link.name === 'eth0')?.mtu, mtu)
      t.is((await observe('master')).links.find(link => link.name === 'docker0')?.mtu, mtu)
      t.regex(await ping('-M', 'do', '-s', `${mtu - 28}`, '172.17.12.2'), /1 received/)
      t.notRegex(await vainPing('-M', 'do', '-s', `${mtu - 27}`, '172.17.12.2'), /1 received/)
      t.regex(String(await ask('file', 'master/run/flannel/subnet.env')), new RegExp(`^FLANNEL_MTU=${mtu}$`, 'm'))
    })

    carries('takes as much of the time to live as there are routers', async t => {
      const count = routers[name] ?? 0
      t.regex(await ping('172.17.12.2'), new RegExp(`ttl=${64 - count} `))
      t.regex(await ping('-t', `${count + 1}`, '172.17.12.2'), /1 received/)
      t.notRegex(await vainPing('-t', `${count}`, '172.17.12.2'), / 1 received/)
    })

    carries('reaches a node that joins, and no longer one that has left', async t => {
      t.notRegex(await vainPing('172.17.18.2'), /1 received/)
      await ask('carry', name, 'master', 'node1', 'node2')
      await ask('attach', 'node2')
      t.regex(await firstPings('172.17.18.2'), /[1-5] received/)
      await ask('carry', name, 'master', 'node1')
      t.notRegex(await vainPing('172.17.18.2'), /1 received/)
    })
  }

  test.serial('udp has the routing table of R1, with one route for all other nodes', async t => {
    await ask('carry', 'udp', 'master', 'node1')
    const {stdout} = await run('master', 'ip', 'route')
    t.regex(stdout, /^172\.17\.0\.0\/16 dev flannel0 scope link/m)
    t.regex(stdout, /^172\.17\.13\.0\/24 dev docker0 /m)
    t.regex((await run('master', 'ip', 'addr', 'show', 'flannel0')).stdout, /mtu 1472 [\s\S]*inet 172\.17\.13\.0\/32/)
  })

  test.serial('udp says that a network is unreachable which no node has', async t => {
    await ask('carry', 'udp', 'master', 'node1')
    const trace = ['busybox', 'traceroute', '-n', '-q1', '-w1', '-m4', '172.17.99.9']
    t.regex((await run('pod-master', 'timeout', '60', ...trace)).stdout, /172\.17\.13\.0 .*!N/)
  })

  test.serial('udp keeps the bytes of a stream', async t => {
    await ask('carry', 'udp', 'master', 'node1')
    const server = run('pod-node1', 'timeout', '120', 'busybox', 'nc', '-l', '-p', '9', '-e', 'sha256sum')
    await run('pod-node1', 'timeout', '60', 'sh', '-c', 'until ss -ltn | grep -q :9; do sleep 0.02; done')
    const sent = 'head -c 20000000 /dev/urandom | tee /run/sent | busybox nc 172.17.12.2 9; sha256sum </run/sent'
    const {stdout} = await run('pod-master', 'timeout', '120', 'sh', '-c', sent)
    const [arrived, left] = stdout.trimEnd().split('\n')
    t.is(arrived, left)
    t.regex(stdout, /^[0-9a-f]{64} /)
    await server
  })

  test.serial('a flannel0 that somebody deletes ends its daemon; both come back when flannel looks again', async t => {
    await ask('carry', 'udp', 'master', 'node1')
    await run('master', 'ip', 'link', 'del', 'flannel0')
    t.notRegex(await vainPing('172.17.12.2'), /1 received/)
    t.deepEqual(await ask('deaths'), ['master: flannel0 is gone'])
    await ask('carry', 'udp', 'master', 'node1')
    t.regex(await firstPings('172.17.12.2'), /[1-5] received/)
  })

  test.serial('with the thread that forwards goes flannel0 on every node', async t => {
    await ask('carry', 'udp', 'master', 'node1')
    await ask('breakDaemons')
    for (const node of ['master', 'node1'])
      t.false(
        (await observe(node)).links.some(link => link.name === 'flannel0'),
        node,
      )
    t.regex(
      ((await ask('deaths')) as string[]).join(),
      /master: the thread that forwards packets broke: Error: broken by a test/,
    )
    await ask('carry', 'udp', 'master', 'node1')
    t.regex(await firstPings('172.17.12.2'), /[1-5] received/)
  })

  test.serial('a process exits when it wants to, though its thread sleeps in the kernel', async t => {
    t.is(await ask('exitCode'), 7)
  })

  test.serial('a stand-in is told of', async t => {
    await ask('carry', 'udp', 'master', 'node1')
    const notes = (await ask('notes', 'master')) as string[]
    t.is(notes.length, standIn ? 1 : 0)
    await ask('carry', 'vxlan', 'master', 'node1')
    t.deepEqual(await ask('notes', 'master'), [])
  })

  test.serial('after all, nothing is left of any backend', async t => {
    for (const name of Object.keys(overlayBackends)) await ask('carry', name, 'master', 'node1')
    const {links, routes, neighbours, fdb} = await observe('master')
    t.false(links.some(link => link.name.startsWith('flannel')))
    t.deepEqual(fdb, [])
    t.false(neighbours.some(({link}) => link.startsWith('flannel')))
    t.deepEqual(routes.map(({to}) => String(to)).toSorted(), ['0.0.0.0/0', '172.17.12.0/24'])
  })
}
