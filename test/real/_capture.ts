import {execFileSync, spawnSync} from 'node:child_process'
import {readFileSync, readlinkSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import type {PacketBlock} from '../../src/net/packet-file.ts'
import {packetReader} from '../../src/net/packet-file-reader.ts'
import {descendants} from './_host.ts'
import {
  type Account,
  eventually,
  main,
  makePlace,
  type Place,
  type Started,
  sessionFolder,
  startProgram,
} from './_podlab.ts'
import {startOnSmallDisk} from './_small-disk.ts'

/*
 * Captures; the client pings the web pod by its address, through the tunnel.
 *
 *     10.0.20.4 ──────────── underlay ──────────── 10.0.20.11
 *   ┌─ far ───────────────────┐  ┌─ near ──────────────────────┐
 *   │ flannel.1   docker0     │  │ flannel.1   docker0         │
 *   │   web 172.17.13.2       │  │   client 172.17.12.2        │
 *   └─────────────────────────┘  └─────────────────────────────┘
 *
 * A third node has a pod whose container cannot start.
 * podlab capture ── pipe ── node (in the target's netns, the packet socket)
 */
const labFile = `
nodes:
  - {name: far, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: near, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
  - {name: third, address: 10.0.20.12, podSubnet: 172.17.14.0/24}
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {nodeName: near, containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {nodeName: far, containers: [{name: main, image: luksa/kubia}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: broken}, spec: {nodeName: third, containers: [{name: main, image: busybox, command: [no-such-program]}]}}
  - {apiVersion: v1, kind: Pod, metadata: {name: nowhere}, spec: {nodeSelector: {no: such}, containers: [{name: main, image: busybox}]}}
`

const web = '172.17.13.2'

export function captureSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('capture')
  const file = (word: string) => join(place.folder, 'home', word)
  const up = () => place.podlab('up', place.lab(name, labFile))
  const ping = async (t: ExecutionContext, count = 2) =>
    t.is((await place.podlab('exec', 'pod/client', '--', 'ping', '-c', `${count}`, '-i', '0.05', web)).code, 0)

  test.before(async t => {
    const {stderr} = await up()
    t.regex(stderr, /broken|nowhere|^$/)
  })
  test.after.always(async t => {
    await place.podlab('down')
    await eventually('every capture has ended', () => captures().length === 0).catch(() => undefined)
    t.deepEqual(captures(), [])
    place.remove()
  })

  const title = (text: string) => `${account.name}: ${text}`

  test.serial(title('a line for each packet, to its count'), async t => {
    const capture = await began(place, 'pod/client', '-i', 'eth0', '-c', '4', 'icmp')
    await ping(t)
    const {code, stdout, stderr} = await capture.ended
    t.is(code, 0)
    const line = (direction: string, what: string) =>
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{6} eth0 {8}${direction} ICMP ${what}, id \\d+, seq \\d, ttl \\d\\d$`)
    const lines = stdout.trimEnd().split('\n')
    t.is(lines.length, 4)
    t.regex(lines[0] ?? '', line('out', `172.17.12.2 → ${web}  echo request`))
    t.regex(lines[1] ?? '', line('in ', `${web} → 172.17.12.2  echo reply`))
    t.regex(stderr, /^Capturing on eth0 of pod\/client; Ctrl-C ends it\.\n4 packets( of \d+)?, 0 dropped/)
  })

  test.serial(title('a node sees the tunnel, with the packet inside of it'), async t => {
    const capture = await began(place, 'node/near', '-c', '1', 'vxlan')
    await ping(t, 1)
    const {stdout} = await capture.ended
    t.regex(stdout, / eth0 +out UDP {2}10.0.20.11:\d+ → 10.0.20.4:8472 {2}VXLAN 1 \[ICMP 172.17.12.2 → 172.17.13.2 /)
  })

  test.serial(title('the file is read by tcpdump and by tshark, with names and nanoseconds'), async t => {
    const capture = await began(place, 'node/far', '-w', file('far.pcapng'))
    await ping(t)
    process.kill(capture.child.pid ?? 0, 'SIGINT')
    const {code, stdout, stderr} = await capture.ended
    t.deepEqual({code, stdout}, {code: 0, stdout: ''})
    t.regex(stderr, /\n\d+ packets, 0 dropped because they came too fast\.\n$/)

    const blocks = readBlocks(file('far.pcapng'))
    const names = blocks.flatMap(block => (block.block === 'interface' ? [block.name] : []))
    t.true(
      ['lo', 'eth0', 'docker0', 'flannel.1'].every(link => names.includes(link)),
      names.join(),
    )
    const packets = blocks.filter(block => block.block === 'packet')
    t.true(
      packets.some(({at}) => at % 1000n !== 0n),
      'times finer than microseconds',
    )
    const now = BigInt(Date.now()) * 1_000_000n
    t.true(packets.every(({at}) => at <= now && at > now - 60_000_000_000n))
    t.is(blocks.at(-1)?.block, 'statistics')

    const tcpdump = execFileSync('tcpdump', ['-nr', file('far.pcapng'), 'icmp'], {encoding: 'utf8', stdio: 'pipe'})
    t.regex(tcpdump, /172\.17\.12\.2 > 172\.17\.13\.2: ICMP echo request/)
    const tshark = spawnSync('tshark', ['-r', file('far.pcapng'), '-T', 'fields', '-e', 'frame.interface_name'], {
      encoding: 'utf8',
    })
    if (tshark.error) t.log('tshark is not installed here')
    else t.is(tshark.stdout.trim().split('\n').length, packets.length)
  })

  test.serial(title('a pipe carries the capture while it goes on, and its end ends the capture'), async t => {
    const words = [...account.way, process.execPath, main, 'capture', 'pod/web', '-w', '-', 'icmp']
    const pipeline = startProgram(['/bin/sh', '-c', '"$@" | tcpdump -lnr - -c 2', 'sh', ...words], {
      cwd: place.folder,
      environment: place.environment,
    })
    await eventually('the capture begins', () => pipeline.said().includes('Capturing on'))
    await ping(t)
    const {code, stdout, stderr} = await pipeline.ended
    t.is(code, 0)
    t.regex(stdout, /ICMP echo request.*\n.*ICMP echo reply/)
    t.notRegex(stderr, /EPIPE|bug|podlab:/)
    await eventually('the capturing process has ended', () => captures().length === 0)
  })

  test.serial(title('a reader that goes away ends it without a word of blame'), async t => {
    const capture = await began(place, 'pod/client')
    capture.child.stdout?.destroy()
    await ping(t)
    const {code, stderr} = await capture.ended
    t.is(code, 0)
    t.notRegex(stderr, /EPIPE|bug|podlab:/)
  })

  test.serial(title('--seconds ends it'), async t => {
    const {code, stdout, stderr} = await place.podlab('capture', 'pod/web', '--seconds', '0.1', 'port', '9')
    t.deepEqual({code, stdout}, {code: 0, stdout: ''})
    t.regex(stderr, /\n0 packets( of \d+)?, 0 dropped/)
  })

  test.serial(title('SIGKILL leaves no process behind'), async t => {
    const capture = await began(place, 'pod/client')
    t.is(captures().length, 1)
    capture.child.kill('SIGKILL')
    await capture.ended
    await eventually('the capturing process has ended', () => captures().length === 0)
    t.pass()
  })

  test.serial(title('an interface that goes away ends it'), async t => {
    const inNode = (...words: readonly string[]) => place.podlab('exec', 'node/far', '--', ...words)
    t.is((await inNode('ip', 'link', 'add', 'brief0', 'type', 'bridge')).code, 0)
    t.is((await inNode('ip', 'link', 'set', 'brief0', 'up')).code, 0)
    const capture = await began(place, 'node/far', '-i', 'brief0')
    await inNode('ip', 'link', 'set', 'brief0', 'down')
    await inNode('ip', 'link', 'set', 'brief0', 'up')
    t.is(capture.child.exitCode, null, 'one that is only down may come back')
    t.is((await inNode('ip', 'link', 'delete', 'brief0')).code, 0)
    const {code, stderr} = await capture.ended
    t.is(code, 1)
    t.regex(stderr, /podlab: the interface brief0 of node\/far is gone\n/)
  })

  test.serial(title('a pod none of whose containers runs has packets too'), async t => {
    const capture = await began(place, 'pod/broken', '-c', '1', 'icmp')
    const address = (await place.podlab('get', 'pod', 'broken', '-o', 'json')).stdout.match(/"podIP": "([^"]+)"/)?.[1]
    await place.podlab('exec', 'pod/client', '--', 'ping', '-c', '1', '-W', '1', address ?? 'no address')
    t.is((await capture.ended).code, 0)
  })

  test.serial(title('a daemon that hangs is no hindrance on a node'), async t => {
    const {pid} = JSON.parse(readFileSync(join(sessionFolder(place, name), 'state.json'), 'utf8')) as {pid: number}
    process.kill(pid, 'SIGSTOP')
    try {
      const {code, stderr} = await place.podlab('capture', 'node/near', '--seconds', '0.1')
      t.is(code, 0, stderr)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })

  if (account.name === 'root' || process.getuid?.() !== 0) mistakes(test, {account, place})

  test.serial(title('a lab that ends takes its captures along, and nothing of its network stays'), async t => {
    const captured = [await began(place, 'pod/client'), await began(place, 'node/far', '-w', file('last.pcapng'))]
    const networks = captures().map(({pid}) => readlinkSync(`/proc/${pid}/ns/net`))
    t.is(new Set(networks).size, 2)
    t.is((await place.podlab('down')).code, 0)
    for (const {ended} of captured) {
      const {code, stderr} = await ended
      t.is(code, 1)
      t.regex(stderr, /podlab: \S+ has ended, or the lab\n\d+ packets?, 0 dropped/)
    }
    t.true(readBlocks(file('last.pcapng')).length > 0)
    t.deepEqual(captures(), [])
    const {code, stderr} = await place.podlab('capture', 'pod/client')
    t.deepEqual({code, stderr}, {code: 2, stderr: 'podlab: no lab is up. Bring one up with: podlab up labs/kubia\n'})
  })
}

/* What goes wrong before anything is captured is the same for everybody. */
function mistakes(test: TestFn, {account, place}: {account: Account; place: Place}): void {
  const title = (text: string) => `${account.name}: ${text}`
  const file = (word: string) => join(place.folder, 'home', word)

  const refused = test.macro({
    exec: async (t: ExecutionContext, words: readonly string[], code: number, message: RegExp) => {
      const result = await place.podlab('capture', ...words)
      t.is(result.code, code)
      t.regex(result.stderr, message)
      t.notRegex(result.stderr, /bug|\n +at /)
      t.is(result.stdout, '')
    },
    title: (_, words) => title(`capture ${words.join(' ')} is refused`),
  })
  test.serial(refused, ['pod/nobody'], 1, /^podlab: there is no pod nobody; there are broken, client, nowhere, web\n/)
  test.serial(refused, ['pod/no=such'], 1, /^podlab: there is no pod with no=such\n/)
  test.serial(refused, ['node/nowhere'], 1, /^podlab: there is no node nowhere; the nodes are far, near, third\n/)
  test.serial(refused, ['client/nobody'], 1, /^podlab: there is no client nobody/)
  test.serial(refused, ['nonsense'], 2, /^podlab: "nonsense" is no target; expected pod\/NAME/)
  test.serial(refused, ['pod/nowhere'], 1, /^podlab: pod nowhere has no network of its own: it is Pending\n/)
  test.serial(refused, ['pod/client', '-i', 'eth9'], 1, /^podlab: there is no interface eth9; there are lo, eth0\n/)
  test.serial(refused, ['pod/client', '-i', 'a'.repeat(300)], 1, /^podlab: there is no interface a+; there are/)
  test.serial(refused, ['pod/client', '-c', 'ten'], 2, /^podlab: --count ten: expected a number above 0\n/)
  test.serial(refused, ['pod/client', '-c', '-1'], 2, /^podlab: --count -1: expected a number above 0\n/)
  test.serial(refused, ['pod/client', '--seconds', '0'], 2, /^podlab: --seconds 0: expected a number above 0\n/)
  test.serial(
    refused,
    ['pod/client', 'prot', 'tcp'],
    2,
    /^podlab: the filter "prot tcp" cannot be read: there is "prot"/,
  )
  test.serial(
    refused,
    ['pod/client', '-w', '/nowhere/x.pcapng'],
    1,
    /^podlab: cannot write \/nowhere\/x.pcapng: no such file/,
  )
  test.serial(refused, ['pod/client', '-w', '/'], 1, /^podlab: cannot write \/: illegal operation on a directory\n/)
  test.serial(
    refused,
    ['pod/client', '-w', '/dev/full'],
    1,
    /\npodlab: cannot write \/dev\/full: no space left on device\n$/,
  )
  test.serial(refused, ['pod/client', '--lab', 'nope'], 2, /^podlab: no lab named nope is up/)

  test.serial(title('a full disk is told, and what was written can be read'), async t => {
    if (account.name !== 'root') return void t.pass('only root mounts a small disk here')
    const disk = file('disk')
    const words = ['capture', 'node/near', '-w', join(disk, 'x.pcapng')]
    const capture = startOnSmallDisk(place, {disk, size: '64k'}, words)
    await hasBegun(capture)
    await place.podlab('exec', 'pod/client', '--', 'ping', '-q', '-f', '-c', '400', web)
    const {code, stderr} = await capture.ended
    t.is(code, 1)
    t.regex(stderr, /podlab: cannot write .*x\.pcapng: no space left on device\n$/)
    t.true(readBlocks(join(capture.kept, 'x.pcapng')).length > 100)
  })

  test.serial(title('two labs are up: which is meant?'), async t => {
    const other = place.name('second')
    t.is((await place.podlab('up', place.lab(other, 'nodes: [{name: n1}]'))).code, 0)
    const {code, stderr} = await place.podlab('capture', 'node/near')
    t.is((await place.podlab('down', other)).code, 0)
    t.is(code, 2)
    t.regex(stderr, /^podlab: several labs are up \(.*\); choose one with --lab NAME\n$/)
  })
}

async function began(place: Place, ...words: readonly string[]): Promise<Started> {
  const capture = place.start(['capture', ...words])
  await hasBegun(capture)
  return capture
}

async function hasBegun(capture: Started): Promise<void> {
  await eventually('the capture begins', () => {
    if (capture.child.exitCode !== null) throw new Error(capture.said())
    return capture.said().includes('Capturing on')
  })
}

/* The capturing processes of this test. */
function captures() {
  return descendants().filter(({command}) => command.some(word => word.includes('/kernel/capture/')))
}

function readBlocks(file: string): readonly PacketBlock[] {
  return packetReader().read(readFileSync(file))
}
