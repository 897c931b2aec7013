import type {TestFn} from 'ava'
import {podIn, type WatchedRuntime} from './_watched-runtime.ts'

/** What a container sees: its own files and processes, its pod's network. */
export function viewTests(test: TestFn, runtime: WatchedRuntime): void {
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
}
