import type {TestFn} from 'ava'
import type {VolumeContent, VolumeFile} from '../../src/node/runtime/volumes/volume.ts'
import {podIn, type WatchedRuntime} from './_watched-runtime.ts'

const files = (entries: Readonly<Record<string, string>>, mode = 0o644): VolumeContent => ({
  kind: 'files',
  files: Object.entries(entries).map(([path, content]): VolumeFile => ({path, content, mode})),
})

const folder: VolumeContent = {kind: 'folder'}

/** What containers see of their pod's volumes, and what becomes of those. */
export function volumeTests(test: TestFn, runtime: WatchedRuntime): void {
  test('the containers of a pod share an empty folder, which outlives them and goes with the pod', async t => {
    const pod = await podIn(runtime, 'vol-shared')
    await runtime.setUpVolumes({uid: 'vol-shared', volumes: {scratch: folder}})
    const mounts = [{volume: 'scratch', path: '/cache'}]
    const one = await pod.start({mounts})
    t.is(await one.sh('ls -la /cache | wc -l; ls -ld /cache | cut -c1-10; echo hi > /cache/one'), '3\ndrwxrwxrwx')
    await runtime.end(one.id, 'SIGKILL')
    const two = await pod.start({mounts: [{volume: 'scratch', path: '/deep/in/it', readOnly: true}], root: 'host'})
    t.is(await two.sh('cat /deep/in/it/one'), 'hi')
    t.regex(await two.sh('echo ho > /deep/in/it/two'), /Read-only file system/)
    const other = await podIn(runtime, 'vol-other')
    await runtime.setUpVolumes({uid: 'vol-other', volumes: {scratch: folder}})
    t.is(await (await other.start({mounts})).sh('ls /cache'), '', "another pod's is another one")
    await runtime.end(two.id, 'SIGKILL')
    await runtime.removeVolumes('vol-shared')
    await runtime.setUpVolumes({uid: 'vol-shared', volumes: {scratch: folder}})
    t.is(await (await pod.start({mounts})).sh('ls /cache'), '')
  })

  test('an empty folder with a bound takes no more than that', async t => {
    const pod = await podIn(runtime, 'vol-bound')
    await runtime.setUpVolumes({uid: 'vol-bound', volumes: {small: {kind: 'folder', bytes: 1 << 20}}})
    const {sh, id} = await pod.start({mounts: [{volume: 'small', path: '/small'}]})
    t.regex(await sh('dd if=/dev/zero of=/small/big bs=1500000 count=1'), /No space left on device/)
    t.is(await sh('stat -c %s /small/big'), `${1 << 20}`)
    await runtime.end(id, 'SIGKILL')
    await runtime.removeVolumes('vol-bound')
  })

  test('files are written behind ..data, as a kubelet does, and new ones replace the old in one step', async t => {
    const pod = await podIn(runtime, 'vol-files')
    const at = {uid: 'vol-files'}
    await runtime.setUpVolumes({...at, volumes: {config: files({color: 'red', 'sub/size': 'big'}, 0o400)}})
    const {sh} = await pod.start({mounts: [{volume: 'config', path: '/etc/config', readOnly: true}]})
    t.is(
      await sh('cd /etc/config; cat color sub/size; echo; readlink color; stat -Lc %a color'),
      'redbig\n..data/color\n400',
    )
    t.is(await sh('ls -A /etc/config | sed s/[0-9][0-9_]*[.].*/TIME/'), '..TIME\n..data\ncolor\nsub')
    t.regex(await sh('readlink /etc/config/..data'), /^\.\.\d{4}(_\d\d){5}\.\w+$/)
    const before = await sh('readlink /etc/config/..data')
    await runtime.setUpVolumes({...at, volumes: {config: files({color: 'red', 'sub/size': 'big'}, 0o400)}})
    t.is(await sh('readlink /etc/config/..data'), before, 'the same again changes nothing')
    await runtime.setUpVolumes({...at, volumes: {config: files({color: 'blue', shape: 'round'}, 0o666)}})
    t.is(
      await sh('cd /etc/config; cat color shape; echo; ls | xargs; ls -A | wc -l; stat -Lc %a color'),
      'blueround\ncolor shape\n4\n666',
    )
    t.not(await sh('readlink /etc/config/..data'), before)
  })

  test('a file below a volume is mounted alone, and stays what it was when the volume changes', async t => {
    const pod = await podIn(runtime, 'vol-sub')
    const volumes = {config: files({'site.conf': 'old\n'}), data: folder}
    await runtime.setUpVolumes({uid: 'vol-sub', volumes})
    const {sh} = await pod.start({
      mounts: [
        {volume: 'config', path: '/etc/nginx/site.conf', below: 'site.conf', readOnly: true},
        {volume: 'data', path: '/data', below: 'made/for/it'},
        {volume: 'data', path: '/all'},
      ],
    })
    t.is(await sh('cat /etc/nginx/site.conf; ls /etc/nginx; touch /data/x; ls /all/made/for/it'), 'old\nsite.conf\nx')
    await runtime.setUpVolumes({uid: 'vol-sub', volumes: {config: files({'site.conf': 'new\n'})}})
    t.is(await sh('cat /etc/nginx/site.conf'), 'old')
    t.regex(await sh('echo mine > /etc/nginx/site.conf'), /Read-only file system/)
  })

  test('no link that a container leaves in its volume leads another one out of it', async t => {
    const pod = await podIn(runtime, 'vol-links')
    await runtime.setUpVolumes({uid: 'vol-links', volumes: {data: folder}})
    const one = await pod.start({mounts: [{volume: 'data', path: '/data'}]})
    await one.sh('ln -s / /data/root; ln -s ../../../../.. /data/up; ln -s /etc/passwd /data/passwd')
    const below = (path: string) => pod.start({mounts: [{volume: 'data', path: '/see', below: path}]})
    t.is(await (await below('root')).sh('ls /see | xargs'), 'passwd root up')
    t.is(await (await below('up')).sh('ls /see | xargs'), 'passwd root up')
    const error = await t.throwsAsync(below('passwd'))
    t.like(error, {
      kind: 'SubPathError',
      message: 'failed to prepare subPath for volumeMount "data": passwd: openat2(passwd): ENOENT',
    })
  })

  test("an image's own files are hidden by a volume, not written into it", async t => {
    const pod = await podIn(runtime, 'vol-hides')
    await runtime.setUpVolumes({uid: 'vol-hides', volumes: {pages: files({'index.html': 'mine\n'})}})
    for (const root of ['busybox', 'host'] as const) {
      const {sh} = await pod.start({
        root,
        files: {'/usr/share/pages/index.html': 'theirs\n', '/usr/share/pages/50x.html': 'theirs\n'},
        mounts: [{volume: 'pages', path: '/usr/share/pages', readOnly: true}],
      })
      t.is(await sh('cat /usr/share/pages/*'), 'mine', root)
    }
  })

  test('a mount within a mount is there, in whatever order they are said', async t => {
    const pod = await podIn(runtime, 'vol-nested')
    await runtime.setUpVolumes({uid: 'vol-nested', volumes: {outer: folder, inner: files({name: 'inner\n'})}})
    const {sh} = await pod.start({
      mounts: [
        {volume: 'inner', path: '/data/inner'},
        {volume: 'outer', path: '/data/'},
      ],
    })
    t.is(await sh('cat /data/inner/name; ls /data'), 'inner\ninner')
  })

  test('pods of one node share its paths, pods of another have theirs, and the machine keeps its own', async t => {
    const [one, two, three] = [
      await podIn(runtime, 'vol-a'),
      await podIn(runtime, 'vol-b'),
      await podIn(runtime, 'vol-c'),
    ]
    const node = await runtime.hold({netns: 'vol-node', hostname: 'vol-node', as: 'node'})
    const share = (name: string, path: string) => ({kind: 'node', node: name, path, type: ''}) as const
    const volumes = (name: string) => ({tmp: share(name, '/tmp/deep'), data: share(name, '/podlab-data')})
    const mounts = [
      {volume: 'tmp', path: '/shared'},
      {volume: 'data', path: '/data'},
    ]
    await runtime.setUpVolumes({uid: 'vol-a', volumes: volumes('vol-node')})
    await runtime.setUpVolumes({uid: 'vol-b', volumes: volumes('vol-node')})
    await runtime.setUpVolumes({uid: 'vol-c', volumes: volumes('vol-node2')})
    await (await one.start({mounts})).sh('echo a > /shared/a; echo a > /data/a')
    t.is(await (await two.start({mounts})).sh('cat /shared/a /data/a'), 'a\na')
    t.is(await (await three.start({mounts})).sh('ls /shared /data | xargs'), '/data: /shared:')
    t.is((await runtime.inside(node, ['cat', '/tmp/deep/a'])).stdout, 'a\n')
    const argv = ['ls', '/tmp/deep', '/podlab-data']
    t.is((await runtime.run({netns: 'vol-a', argv: argv as [string, ...string[]], input: ''})).code, 2)
    const file = {kind: 'node', node: 'vol-node', path: '/tmp/deep', type: 'FileOrCreate'} as const
    const error = await t.throwsAsync(runtime.setUpVolumes({uid: 'vol-a', volumes: {file}}))
    t.regex(error?.message ?? '', / : hostPath type check failed: \/tmp\/deep is not a file$/)
    await runtime.release('vol-node')
  })

  const refused = test.macro({
    exec: async (t, volume: VolumeContent, message: string | RegExp) => {
      const setUp = runtime.setUpVolumes({uid: `vol-refused-${count++}`, volumes: {bad: volume}})
      const error = await t.throwsAsync(setUp)
      t.like(error, {kind: 'VolumeError'})
      const words = error?.message ?? ''
      t.true(words.startsWith('MountVolume.SetUp failed for volume "bad" : '), words)
      if (typeof message === 'string') t.is(words.split(' : ')[1], message)
      else t.regex(words, message)
    },
    title: (_, volume) => `refused: ${JSON.stringify(volume)}`,
  })
  let count = 0
  const onNode = (path: string, type = ''): VolumeContent => ({kind: 'node', node: 'n', path, type})
  for (const path of ['/', '/etc/shadow', '/usr', '/var/lib/kubelet', '/proc', '/root', '/tmp/../etc', '/dev/sda'])
    test(
      refused,
      onNode(path),
      /^.*: podlab does not give pods \/.* of the machine that it runs on; a path below \/run, /,
    )
  test(
    refused,
    onNode('/var/run/docker.sock', 'Socket'),
    'hostPath type check failed: /var/run/docker.sock is not a socket file',
  )
  test(refused, onNode('/tmp/none', 'Directory'), 'hostPath type check failed: /tmp/none is not a directory')
  test(refused, onNode('/tmp/none', 'File'), 'hostPath type check failed: /tmp/none is not a file')
  test(refused, onNode('/tmp/none', 'BlockDevice'), 'hostPath type check failed: /tmp/none is not a block device')
  test(refused, onNode('/tmp/none', 'CharDevice'), 'hostPath type check failed: /tmp/none is not a character device')

  test('a mount that cannot be is told, and the container is not started', async t => {
    const pod = await podIn(runtime, 'vol-wrong')
    await runtime.setUpVolumes({uid: 'vol-wrong', volumes: {data: folder, file: files({name: 'x'})}})
    const start = (volume: string, path: string, below?: string) =>
      t.throwsAsync(pod.start({mounts: [{volume, path, ...(below !== undefined && {below})}]}))
    const words = 'not a directory: a folder cannot be mounted onto a file, nor a file onto a folder'
    t.like(await start('data', '/etc/passwd'), {
      message: `the volume "data" cannot be mounted at /etc/passwd: ${words}`,
    })
    t.like(await start('data', '/etc/passwd/x'), {
      message: `the volume "data" cannot be mounted at /etc/passwd/x: ${words}`,
    })
    t.like(await start('file', '/etc', 'name'), {message: `the volume "file" cannot be mounted at /etc: ${words}`})
    t.like(await start('data', '/'), {
      message: 'the volume "data" cannot be mounted at /: a container has a root of its own',
    })
    t.regex((await start('nothing', '/x'))?.message ?? '', /ENOENT/)
    t.is(await (await pod.start()).sh('echo still here'), 'still here')
  })
}
