import type {TestFn} from 'ava'
import {environment, podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** Questions to a pod, as probes and hooks have them. */
export function askTests(test: TestFn, runtime: WatchedRuntime): void {
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
    const argv = ['sh', '-c', 'trap "" TERM; setsid sleep 301 & sleep 302']
    const answer = await runtime.ask({how: 'exec', pid, argv, environment, workingDirectory: '/', timeoutMs: 300})
    t.is(answer.came, 'failure')
    t.regex(answer.said, /timed out after 0.3s$/)
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
    const untilEmptyLine = 'while read line; do case $line in ??*) ;; *) exit ;; esac; done'
    const mute = await pod.start({argv: ['nc', '-l', '-p', '83', '-e', 'sh', '-c', untilEmptyLine]})
    t.is(await mute.sh('until grep -q :0053 /proc/net/tcp*; do :; done; echo listens'), 'listens')
    t.deepEqual(await runtime.ask({...place, how: 'http', port: 83, path: '/', headers: []}), {
      came: 'failure',
      said: 'Get "http://127.0.0.1:83/": EOF',
    })
  })
}
