import type {TestFn} from 'ava'
import type {AskAnswer, AskQuestion} from '../../src/node/runtime/ask.ts'
import type {ContainerSpec} from '../../src/node/runtime/container.ts'
import type {RunAnswer} from '../../src/node/runtime/protocol.ts'
import type {LogQuestion} from '../../src/node/runtime/read-log.ts'
import type {Runtime} from '../../src/node/runtime/runtime.ts'
import type {Sandbox} from './_sandbox.ts'

/** A runtime in a sandbox, with eyes. */
export type WatchedRuntime = Pick<Runtime, 'hold' | 'release' | 'run' | 'start' | 'end' | 'log' | 'remove'> & {
  ask(question: AskQuestion): Promise<AskAnswer>
  ended(id: string): Promise<number>
  inside(pid: number, argv: readonly string[]): Promise<RunAnswer>
  /** What a container has printed in its present life, or its beginning. */
  printed(id: string): Promise<string | undefined>
  residue(): Promise<{
    readonly descriptors: number
    readonly mounts: readonly number[]
    readonly processes: number
    readonly netns: readonly string[]
    readonly namespaces: number
  }>
}

export function runtimeIn({ask}: Exclude<Sandbox, {readonly refused: string}>): WatchedRuntime {
  const methods = 'hold release run start end ask log remove ended inside printed residue'.split(' ')
  return Object.fromEntries(
    methods.map(method => [method, (...parameters: readonly unknown[]) => ask(method, ...parameters)]),
  ) as unknown as WatchedRuntime
}

const environment = {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOSTNAME: 'web'}

/**
 *   pause ── netns NAME (uts web, ipc) ── container NAME/c0 (mnt, pid)
 *                                      └─ container NAME/c1 (mnt, pid)
 */
export async function podIn(runtime: WatchedRuntime, name: string) {
  const pausePid = await runtime.hold({netns: name, hostname: 'web', as: 'pod'})
  let count = 0
  const start = async (spec: Partial<ContainerSpec> = {}) => {
    const id = `${name}/c${count++}`
    const common = {
      root: 'busybox',
      files: {},
      argv: ['sleep', 'infinity'],
      environment,
      workingDirectory: '/',
    } as const
    const pid = await runtime.start({...common, id, pausePid, ...spec})
    /** A shell line in the container, and what it prints. */
    const sh = async (line: string) => {
      const {code, stdout, stderr} = await runtime.inside(pid, ['/bin/sh', '-c', line])
      return code === 0 ? stdout.trimEnd() : `${stderr.trimEnd()} (${code})`
    }
    return {id, pid, sh}
  }
  return {pausePid, start}
}

/** What the runtime does with the real kernel, whoever runs it. */
export function runtimeTests(test: TestFn, runtime: WatchedRuntime): void {
  test('a container sees its own processes only, the first of them with number 1', async t => {
    const pod = await podIn(runtime, 'own-processes')
    const [one, two] = [await pod.start(), await pod.start({argv: ['sleep', '1000']})]
    t.is(await one.sh('tr "\\0" " " < /proc/1/cmdline'), 'sleep infinity')
    t.is(await two.sh('set -- /proc/[0-9]*; echo $#'), '2', 'sleep, and the shell')
    t.is(await one.sh('hostname'), 'web')
  })

  test('what a container writes is its own: no other container, no other pod, no machine sees it', async t => {
    const pod = await podIn(runtime, 'own-layer')
    const [one, two] = [await pod.start(), await pod.start()]
    t.is(await one.sh('echo mine > /etc/mine && echo more > /usr/more && cat /etc/mine /usr/more'), 'mine\nmore')
    t.is(await two.sh('ls /etc/mine /usr/more 2>&1 | wc -l'), '2')
    t.regex(await two.sh('cat /etc/mine'), /No such file/)
  })

  test("the machine's programs can be replaced in a container of root host, for it alone", async t => {
    const pod = await podIn(runtime, 'host-root')
    const [one, two] = [await pod.start({root: 'host'}), await pod.start({root: 'host'})]
    t.is(await one.sh('echo hello > /usr/greeting && cat /usr/greeting'), 'hello')
    t.regex(await two.sh('cat /usr/greeting'), /No such file/)
    t.regex(await one.sh('ip -brief link show lo'), /^lo /)
    t.regex(await one.sh('ls /root /home /var/lib'), /^/)
    t.is(await one.sh('cat /etc/shadow 2>&1 | wc -l'), '1', 'nothing secret is in sight')
  })

  test('files of image and pod are there, programs among them executable', async t => {
    const pod = await podIn(runtime, 'files')
    const files = {
      '/etc/hosts': '127.0.0.1\tlocalhost\n',
      '/etc/resolv.conf': 'nameserver 10.96.0.10\n',
      '/usr/bin/hi': '#!/bin/sh\necho hi\n',
    }
    const {sh} = await pod.start({files, workingDirectory: '/srv/app'})
    t.is(await sh('cat /etc/hosts /etc/resolv.conf'), '127.0.0.1\tlocalhost\nnameserver 10.96.0.10')
    t.is(await sh('hi'), 'hi')
    t.is(await sh('readlink /proc/1/cwd'), '/srv/app')
  })

  test('devices are there, and what is not meant for containers is not', async t => {
    const pod = await podIn(runtime, 'devices')
    const {sh} = await pod.start()
    t.is(await sh('echo nothing > /dev/null; head -c 3 /dev/zero | wc -c; ls /dev/kmsg 2>&1 | wc -l'), '3\n1')
    t.regex(await sh('ls -ld /dev/stdout'), / -> \/proc\/self\/fd\/1$/)
    t.regex(await sh('touch /sys/x'), /Read-only|Permission|No such/)
  })

  test('the containers of a pod share its network, and others do not', async t => {
    const pod = await podIn(runtime, 'shared-network')
    const other = await podIn(runtime, 'other-network')
    const [one, two, three] = [await pod.start(), await pod.start(), await other.start()]
    const netns = 'readlink /proc/self/ns/net'
    t.is(await one.sh(netns), await two.sh(netns))
    t.not(await one.sh(netns), await three.sh(netns))
  })

  test("an image's files come to lie deep in the machine's /usr, and may be changed there", async t => {
    const pod = await podIn(runtime, 'deep-in-usr')
    const {sh} = await pod.start({
      root: 'host',
      files: {'/usr/share/pages/one.html': 'one\n', '/run.sh': '#!/bin/sh\necho ran\n'},
    })
    t.is(
      await sh('cat /usr/share/pages/one.html; echo two > /usr/share/pages/two.html; ls /usr/share/pages'),
      'one\none.html\ntwo.html',
    )
    t.is(await sh('/run.sh; test -e /usr/share/zoneinfo || test -e /usr/share/doc; echo $?'), 'ran\n0')
  })

  test('what a container prints is in the log of its life, and the life before keeps its own', async t => {
    const pod = await podIn(runtime, 'log')
    const {id} = await pod.start({argv: ['sh', '-c', 'echo out; echo err >&2']})
    t.is(await runtime.ended(id), 0)
    t.is(await runtime.printed(id), 'out\nerr\n')
    const again = await pod.start({id, argv: ['sh', '-c', 'for i in 1 2 3; do echo $i; done; sleep 100']})
    const read = (which: 'present' | 'previous', from: LogQuestion['from'] = {}, waitMs = 0) =>
      runtime.log({id, which, from, waitMs})
    t.like(await read('previous'), {bytes: 'out\nerr\n', over: true})
    const first = await read('present', {tail: 2}, 1000)
    t.like(first, {bytes: '2\n3\n', next: {life: 1, at: 6}, over: false})
    const more = read('present', first?.next, 10_000)
    await again.sh('echo 4 > /proc/1/fd/1') // which empties the file
    t.like(await more, {bytes: '4\n', next: {life: 1, at: 8}})
    t.like(await read('present', {since: Date.now() + 1000}), {bytes: ''})
    await runtime.remove(id)
    t.is(await runtime.printed(id), undefined)
  })

  test('of a log of 100 MB the end is kept, and no more', async t => {
    const pod = await podIn(runtime, 'long-log')
    const {id} = await pod.start({argv: ['sh', '-c', 'yes podlab-podlab | head -c 100000000; echo; echo last']})
    t.is(await runtime.ended(id), 0)
    t.like(await runtime.log({id, which: 'present', from: {tail: 1}, waitMs: 0}), {bytes: 'last\n', over: true})
    const count = await pod.start({argv: ['sleep', '100']})
    let [kept, from]: [number, LogQuestion['from']] = [0, {}]
    for (;;) {
      const answer = await runtime.log({id, which: 'present', from, waitMs: 0})
      if (!answer?.bytes) break
      kept += answer.bytes.length
      from = answer.next
    }
    t.true(kept > 10_000_000 && kept < 12 * 2 ** 20, `${kept} bytes`)
    t.deepEqual(from, {life: 0, at: 100_000_006})
    await runtime.remove(id)
    await runtime.end(count.id, 'SIGKILL')
  })

  test('a program is run beside a container, in its namespaces, with its environment', async t => {
    const pod = await podIn(runtime, 'ask')
    const {pid} = await pod.start()
    const run = (...argv: string[]) =>
      runtime.ask({how: 'exec', pid, argv, environment, workingDirectory: '/tmp', timeoutMs: 5000})
    t.deepEqual(await run('sh', '-c', 'pwd; hostname; cat /proc/1/comm; exit 3'), {
      came: 'answer',
      code: 3,
      said: '/tmp\nweb\nsleep',
    })
    t.deepEqual(await run('no-such-program'), {
      came: 'error',
      said: `exec: "no-such-program": executable file not found in $PATH (${environment.PATH})`,
    })
    t.like(await run('/etc/passwd'), {came: 'error', said: 'exec: "/etc/passwd": permission denied'})
  })

  test('a program that hangs is killed with all that it has started when its time is over', async t => {
    const pod = await podIn(runtime, 'ask-hang')
    const {pid, sh} = await pod.start()
    const began = performance.now()
    const argv = ['sh', '-c', 'trap "" TERM; setsid sleep 301 & sleep 302']
    const answer = await runtime.ask({how: 'exec', pid, argv, environment, workingDirectory: '/', timeoutMs: 300})
    t.is(answer.came, 'failure')
    t.regex(answer.said, /timed out after 0.3s$/)
    t.true(performance.now() - began < 3000)
    t.is(
      await sh('for i in $(seq 1000); do ps | grep -q "[s]leep 30" || break; done; ps | grep "[s]leep 30" || echo no'),
      'no',
    )
  })

  test('a pod is asked over the network of a node, and every failure has its word', async t => {
    const pod = await podIn(runtime, 'ask-net')
    await runtime.run({netns: 'ask-net', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    await pod.start({root: 'host', argv: ['/agnhost', 'netexec'], played: 'netexec'})
    const place = {pid: pod.pausePid, host: '127.0.0.1', port: 8080, timeoutMs: 2000}
    const get = (path: string, headers: [string, string][] = []) => runtime.ask({...place, how: 'http', path, headers})
    t.deepEqual(await get('/healthz'), {came: 'answer', code: 200, said: ''})
    t.like(await get('/echo?code=503'), {code: 503})
    t.deepEqual(await runtime.ask({...place, how: 'tcp'}), {came: 'answer', code: 0, said: ''})
    t.deepEqual(await runtime.ask({...place, how: 'tcp', port: 81}), {
      came: 'failure',
      said: 'dial tcp 127.0.0.1:81: connect: connection refused',
    })
    const silent = await pod.start({argv: ['nc', '-l', '-p', '82', '-e', 'sleep', '100']})
    t.is(await silent.sh('until grep -q :0052 /proc/net/tcp*; do :; done; echo listens'), 'listens')
    t.deepEqual(await runtime.ask({...place, how: 'http', port: 82, path: '/', headers: [], timeoutMs: 200}), {
      came: 'failure',
      said: 'Get "http://127.0.0.1:82/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    })
  })

  test('containers that share their processes see each other below the pause, which reaps; one that ends takes its own along', async t => {
    const pausePid = await runtime.hold({netns: 'shared', hostname: 'web', as: 'pod', sharesProcesses: true})
    const common = {
      pausePid,
      root: 'busybox',
      files: {},
      environment,
      workingDirectory: '/',
      sharesProcesses: true,
    } as const
    await runtime.start({...common, id: 'shared/one', argv: ['sh', '-c', 'sleep 401 & exec sleep 402']})
    const other = await runtime.start({...common, id: 'shared/two', argv: ['sleep', '403']})
    /** What ps shows once the condition holds, which may take a moment: processes start and die when it is their turn. */
    const psWhen = async (condition: string) => {
      const line = `for i in $(seq 1000); do ps -o pid,args > /tmp/ps; ${condition} && break; done; cat /tmp/ps`
      return (await runtime.inside(other, ['sh', '-c', line])).stdout
    }
    const seen = await psWhen('[ $(grep -c "[0-9] [s]leep 40[123]$" /tmp/ps) = 3 ]')
    t.regex(seen, /^ +1 \/pause$/m)
    for (const seconds of [401, 402, 403]) t.regex(seen, new RegExp(`sleep ${seconds}$`, 'm'))
    await runtime.end('shared/one', 'SIGKILL')
    t.is(await runtime.ended('shared/one'), 137)
    const left = await psWhen('! grep -q "[s]leep 40[12]$" /tmp/ps')
    t.notRegex(left, /sleep 40[12]$/m)
    t.regex(left, /sleep 403$/m)
    await runtime.end('shared/two', 'SIGKILL')
    await runtime.ended('shared/two')
    await runtime.release('shared')
  })

  test('the owner of namespaces that dies by itself is heard of', async t => {
    const pausePid = await runtime.hold({netns: 'dying', hostname: 'web', as: 'pod'})
    await runtime.run({netns: 'dying', argv: ['kill', '-9', `${pausePid}`], input: ''})
    t.is(await runtime.ended('dying'), 137)
    await runtime.release('dying')
    await runtime.hold({netns: 'dying', hostname: 'web', as: 'pod'})
    await runtime.release('dying')
  })

  test('the code of a container that ended is told, and 128 and the number of a signal', async t => {
    const pod = await podIn(runtime, 'codes')
    const {id} = await pod.start({argv: ['sh', '-c', 'exit 3']})
    t.is(await runtime.ended(id), 3)
    const stubborn = await pod.start({argv: ['sleep', 'infinity']})
    await runtime.end(stubborn.id, 'SIGTERM')
    t.is(
      await stubborn.sh('echo alive'),
      'alive',
      'the first process of a pid namespace gets no SIGTERM that it does not handle',
    )
    await runtime.end(stubborn.id, 'SIGKILL')
    t.is(await runtime.ended(stubborn.id), 137)
    const polite = await pod.start({argv: ['sh', '-c', 'trap "exit 0" TERM; sleep 100 & wait']})
    await runtime.end(polite.id, 'SIGTERM')
    t.is(await runtime.ended(polite.id), 0)
  })

  test('a program that is not there is a StartError that says where it was looked for', async t => {
    const pod = await podIn(runtime, 'missing')
    await t.throwsAsync(pod.start({argv: ['no-such-program']}), {
      message: 'exec: "no-such-program": executable file not found in $PATH (/usr/sbin:/usr/bin:/sbin:/bin)',
    })
    await t.throwsAsync(pod.start({argv: ['/opt/none']}), {message: 'exec: "/opt/none": no such program in the image'})
    await t.throwsAsync(
      pod.start({argv: ['/etc/passwd']}),
      {message: /no such program/},
      'nor is a file that cannot be executed',
    )
  })

  test("a played program listens in the container's name, answers, logs, and is gone with it", async t => {
    const pod = await podIn(runtime, 'played')
    await runtime.run({netns: 'played', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    const kubia = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
    const other = await pod.start({root: 'host'})
    t.regex(await kubia.sh('ss -Hltnp'), /^LISTEN .*:8080 .*users:\(\("node",pid=1,fd=\d+\)\)/)
    t.is(await other.sh('curl -s http://127.0.0.1:8080'), "You've hit web")
    t.regex(
      (await runtime.printed(kubia.id)) ?? '',
      /^Kubia server starting\.\.\.\nReceived request from .*127\.0\.0\.1\n$/,
    )
    await t.throwsAsync(pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'}), {
      message: /EADDRINUSE|taken/,
    })
    await runtime.end(kubia.id, 'SIGTERM')
    await runtime.ended(kubia.id)
    t.is(await other.sh('ss -Hltn'), '')
    const again = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
    t.is(await again.sh('curl -s http://127.0.0.1:8080'), "You've hit web", 'the port is free at once')
  })

  test('what a played server reads through a link is a file of the container, never one of the machine', async t => {
    const pod = await podIn(runtime, 'played-links')
    await runtime.run({netns: 'played-links', argv: ['ip', 'link', 'set', 'lo', 'up'], input: ''})
    const files = {'/etc/passwd': 'of the container', '/usr/share/nginx/html/index.html': 'a page'}
    const {sh} = await pod.start({root: 'host', files, argv: ['nginx'], played: 'nginx'})
    const links = {
      absolute: '/etc/passwd',
      dots: `${'../'.repeat(20)}etc/passwd`,
      'by-folder/passwd': '',
      machine: '/etc/machine-id',
      process: '/proc/1/root/etc/passwd',
      itself: 'itself',
    }
    await sh('cd /usr/share/nginx/html && ln -s /etc by-folder && mkfifo pipe')
    for (const [name, to] of Object.entries(links).filter(([, to]) => to !== ''))
      await sh(`ln -s ${to} /usr/share/nginx/html/${name}`)
    for (const name of ['absolute', 'dots', 'by-folder/passwd'])
      t.is(await sh(`curl -sS -m 5 http://127.0.0.1/${name}`), 'of the container', name)
    for (const name of ['machine', 'process', 'itself', 'pipe', 'by-folder'])
      t.is(await sh(`curl -sS -m 5 -o /dev/null -w '%{http_code}' http://127.0.0.1/${name}`), '404', name)
  })

  test('a program of the machine runs in a network namespace, and one that is missing is named', async t => {
    await podIn(runtime, 'tools')
    t.like(await runtime.run({netns: 'tools', argv: ['cat'], input: 'some text'}), {code: 0, stdout: 'some text'})
    t.like(
      await runtime.run({netns: 'tools', argv: ['true'], input: 'x'.repeat(1_000_000)}),
      {code: 0},
      'input that nobody reads',
    )
    t.like(await runtime.run({netns: 'tools', argv: ['sh', '-c', 'exit 4'], input: ''}), {code: 4})
    const missing = runtime.run({netns: 'tools', argv: ['no-such-tool'], input: ''})
    const error = await t.throwsAsync(missing, {message: /^the program no-such-tool cannot be run/})
    t.like(error, {kind: 'ToolMissingError'})
    await t.throwsAsync(runtime.run({netns: 'nowhere', argv: ['true'], input: ''}), {message: /\/run\/netns\/nowhere/})
  })

  test('a name that is taken is refused, and its owner lives on', async t => {
    const {start} = await podIn(runtime, 'taken')
    await t.throwsAsync(runtime.hold({netns: 'taken', hostname: 'x', as: 'pod'}), {
      message: 'there is a network namespace taken already',
    })
    t.is(await (await start()).sh('hostname'), 'web')
  })

  test("a node has the machine's programs, and /etc, /run and /tmp of its own", async t => {
    const pid = await runtime.hold({netns: 'master', hostname: 'master', as: 'node'})
    const sh = async (line: string) =>
      (
        await runtime.run({
          netns: 'master',
          argv: ['nsenter', `--target=${pid}`, '--mount', '--uts', 'sh', '-c', line],
          input: '',
        })
      ).stdout.trimEnd()
    t.is(await sh('hostname; cat /etc/hostname'), 'master\nmaster')
    t.is(await sh('echo mine > /etc/mine; echo mine > /run/mine; cat /etc/mine /run/mine'), 'mine\nmine')
    t.is(await sh('ls /run /tmp | tr "\\n" " "'), '/run: flannel mine netns podlab  /tmp:')
    await runtime.release('master')
  })

  test('twenty containers that start together all run', async t => {
    const pods = await Promise.all(Array.from({length: 10}, (_, index) => podIn(runtime, `many-${index}`)))
    const containers = await Promise.all(pods.flatMap(pod => [pod.start(), pod.start()]))
    t.is(new Set(containers.map(({pid}) => pid)).size, 20)
    const names = await Promise.all(containers.map(({sh}) => sh('tr "\\0" " " < /proc/1/cmdline')))
    t.deepEqual(new Set(names), new Set(['sleep infinity']))
  })

  test('containers that end at once are all heard of', async t => {
    const pod = await podIn(runtime, 'short')
    const ids = await Promise.all(Array.from({length: 30}, async () => (await pod.start({argv: ['true']})).id))
    t.deepEqual(new Set(await Promise.all(ids.map(id => runtime.ended(id)))), new Set([0]))
  })
}

/** To be run alone, in a sandbox where nothing else happens. */
export function leakTests(test: TestFn, runtime: WatchedRuntime): void {
  test('fifty pods that came and went, good ones and bad ones, leave nothing behind', async t => {
    const cycle = async (index: number) => {
      const name = `pod-${index}`
      const pod = await podIn(runtime, name)
      const sleep = await pod.start({root: index % 2 === 0 ? 'host' : 'busybox'})
      const kubia = await pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'})
      await t.throwsAsync(pod.start({argv: ['no-such-program']}))
      await t.throwsAsync(pod.start({root: 'host', argv: ['node', 'app.js'], played: 'kubia'}))
      for (const {id} of [sleep, kubia]) {
        await runtime.end(id, 'SIGKILL')
        await runtime.ended(id)
        await runtime.remove(id)
      }
      await runtime.release(name)
    }
    for (let index = 0; index < 5; index++) await cycle(index) // what is made once, is made
    const before = await runtime.residue()
    for (let index = 5; index < 55; index++) await cycle(index)
    t.deepEqual(await runtime.residue(), before)
    t.deepEqual(before.netns, [])
    t.is(before.namespaces, 1, 'the worker thread is at home')
  })
}
