import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join} from 'node:path'
import {gzipSync} from 'node:zlib'
import type {ExecutionContext, TestFn} from 'ava'
import {tarOf} from '../node/runtime/own-root/_tar.ts'
import {type Account, makePlace} from './_podlab.ts'

/*
 * Images of one's own, one pod each on node1; every one serves its own page:
 *
 *   folder  ── rootfs/            a folder with busybox and a page
 *   tarred  ── rootfs.tar         the same as a tar
 *   packed  ── rootfs.tar.gz
 *   layered ── saved/             an OCI image layout of two layers with its own entrypoint
 *   hostile ── hostile/           its /dev, /etc, /.podlab are links that lead to `victim`
 *   bare    ── empty/             nothing at all: no program can start
 *   foreign ── needy/             a program whose loader is not there
 */
const busybox = ['/usr/bin/busybox', '/bin/busybox'].find(path => existsSync(path))

const serve = 'entrypoint: [httpd, -f, -p, "8080"], workingDirectory: /www'
const pod = (name: string, rest = '') =>
  `  - {apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: my/${name}${rest}}]}}\n`

const labFile = `
images:
  - {name: my/folder, root: ./rootfs, ${serve}, environment: {GREETING: hello}}
  - {name: my/tarred, root: rootfs.tar, ${serve}}
  - {name: my/packed, root: rootfs.tar.gz, ${serve}}
  - {name: my/layered, root: saved}
  - {name: my/hostile, root: hostile, entrypoint: [sleep, infinity]}
manifests:
${['folder', 'tarred', 'packed', 'layered', 'hostile'].map(name => pod(name)).join('')}`

const brokenFile = `
images:
  - {name: my/bare, root: empty, entrypoint: [/bin/sh]}
  - {name: my/foreign, root: needy, entrypoint: [/app]}
  - {name: my/silent, root: rootfs}
manifests:
${['bare', 'foreign', 'silent'].map(name => pod(name)).join('')}`

/** What containers of one's own images do, for an account. */
export function ownImageSuite(test: TestFn, account: Account): void {
  if (busybox === undefined) {
    test.skip('images of our own: this machine has no busybox', () => undefined)
    return
  }
  const place = makePlace(account)
  const name = place.name('own-image')
  const folder = place.lab(name, labFile)
  const {podlab} = place
  const inLab = (pod: string, ...argv: readonly string[]) => podlab('exec', '--lab', name, `pod/${pod}`, '--', ...argv)
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)

  test.serial.before(async t => {
    makeImages(folder)
    // What another user made can be read, and no more: here the ordinary user's images belong to root.
    const {code, stderr} = await podlab('up', folder)
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })

  fact('the program of each image serves what the image holds', async t => {
    const {stdout} = await podlab('get', 'pods', '--lab', name, '--output', 'json')
    const {items} = JSON.parse(stdout) as {items: {metadata: {name: string}; status: {podIP: string}}[]}
    const servers = items.filter(({metadata}) => metadata.name !== 'hostile')
    const urls = servers.map(({status}) => `http://${status.podIP}:8080/`)
    const {stdout: pages} = await inLab(
      'folder',
      'sh',
      '-c',
      'for url; do n=0; until wget -qO- "$url" || [ $((n += 1)) = 600 ]; do sleep 0.1; done; done',
      'sh',
      ...urls,
    )
    t.is(pages, servers.map(({metadata}) => (metadata.name === 'layered' ? 'layer two\n' : 'rootfs\n')).join(''))
  })

  fact("a container's surroundings are its image's and its pod's", async t => {
    const {stdout} = await inLab(
      'folder',
      'sh',
      '-c',
      'echo $GREETING; hostname; cat /etc/hostname; id -u; ls /dev/null',
    )
    t.is(stdout, 'hello\nfolder\nfolder\n0\n/dev/null\n')
    t.is((await inLab('layered', 'sh', '-c', 'echo $FROM; ls /gone /www')).stdout, 'the image\n/www:\nindex.html\n')
  })

  fact('what a container writes is not written into the folder of the user', async t => {
    const before = readdirSync(join(folder, 'rootfs'), {recursive: true})
    const script = 'echo mine > /www/index.html; echo more > /more; rm /bin/wget; cat /www/index.html'
    await inLab('folder', 'sh', '-c', script)
    t.deepEqual(readdirSync(join(folder, 'rootfs'), {recursive: true}), before)
    t.is(readFileSync(join(folder, 'rootfs/www/index.html'), 'utf8'), 'rootfs\n')
    t.is((await inLab('tarred', 'ls', '/more')).code, 1)
  })

  fact('links of an image lead nowhere but into it', async t => {
    const {stdout} = await inLab('hostile', 'sh', '-c', 'cat /etc/hostname; ls -d /dev/null /proc/self/exe')
    t.is(stdout, 'hostile\n/dev/null\n/proc/self/exe\n')
    t.deepEqual(readdirSync(join(folder, 'victim')), [])
  })

  fact('what cannot start says why', async t => {
    const broken = place.name('broken')
    const brokenFolder = place.lab(broken, brokenFile)
    makeImages(brokenFolder)
    const up = place.start(['up', brokenFolder])
    const states = async () => (await podlab('get', 'pods', '--lab', broken, '--output', 'json')).stdout
    const reasons = [
      /exec: \\"\/bin\/sh\\": no such program in the image/,
      /exec: \\"\/app\\": it needs \/lib\/none, which the image does not have/,
      /no command specified/,
    ]
    let seen = await states()
    for (let tries = 0; tries < 100 && !reasons.every(reason => reason.test(seen)); tries++) seen = await states()
    up.child.kill('SIGINT')
    await up.ended
    for (const reason of reasons) t.regex(seen, reason)
  })

  fact('a tar that is cut off keeps the lab from starting, and nothing is left', async t => {
    const cut = place.name('cut')
    const cutFolder = place.lab(cut, 'images: [{name: my/app, root: cut.tar}]\nnodes: [node1]\n')
    writeFileSync(join(cutFolder, 'cut.tar'), tarOf([{name: 'a', content: 'x'.repeat(9000)}]).subarray(0, 8000))
    const {code, stderr} = await podlab('up', cutFolder)
    t.is(code, 1)
    t.is(stderr, `podlab: image my/app: ${cutFolder}/cut.tar is cut off: it ends within a\n`)
    t.false(existsSync(join(place.sessions, cut)))
  })
}

function makeImages(folder: string): void {
  const at = (...path: readonly string[]) => join(folder, ...path)
  const write = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(path), {recursive: true})
    writeFileSync(path, content)
    chmodSync(path, mode)
  }
  const addBusybox = (root: string) => {
    mkdirSync(join(root, 'bin'), {recursive: true})
    copyFileSync(busybox ?? '', join(root, 'bin/busybox'))
    for (const applet of ['sh', 'ls', 'cat', 'id', 'rm', 'httpd', 'wget', 'sleep', 'hostname'])
      symlinkSync('busybox', join(root, 'bin', applet))
  }
  addBusybox(at('rootfs'))
  write(at('rootfs/www/index.html'), 'rootfs\n')
  execFileSync('tar', ['-C', at('rootfs'), '-cf', at('rootfs.tar'), '.'])
  writeFileSync(at('rootfs.tar.gz'), gzipSync(readFileSync(at('rootfs.tar')), {level: 1}))
  mkdirSync(at('victim'))
  chmodSync(at('victim'), 0o777)
  addBusybox(at('hostile'))
  symlinkSync('/inside', at('hostile/etc'))
  mkdirSync(at('hostile/inside'))
  symlinkSync(at('victim/hostname'), at('hostile/inside/hostname'))
  for (const name of ['dev', 'proc', 'sys', '.podlab']) symlinkSync(at('victim'), at('hostile', name))
  mkdirSync(at('empty'))
  write(at('needy/app'), '#!/lib/none\n', 0o755)
  saveImage(at('saved'), readFileSync(at('rootfs.tar')))
}

/* As `docker save` does; the upper layer replaces the page, and takes a file away. */
function saveImage(folder: string, below: Buffer): void {
  mkdirSync(folder)
  const page = {name: 'www/index.html', content: 'layer two\n'}
  const layers = {
    'one.tar': below,
    'two.tar': tarOf([{name: 'gone', content: ''}]),
    'three.tar': tarOf([page, {name: '.wh.gone'}]),
  }
  const config = {Entrypoint: ['httpd'], Cmd: ['-f', '-p', '8080'], Env: ['FROM=the image'], WorkingDir: '/www'}
  for (const [name, content] of Object.entries(layers)) writeFileSync(join(folder, name), content)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({config}))
  const manifest = [{Config: 'config.json', Layers: Object.keys(layers)}]
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}
