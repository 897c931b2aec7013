import {createHash} from 'node:crypto'
import {chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {gzipSync, zstdCompressSync} from 'node:zlib'
import test, {type ExecutionContext} from 'ava'
import type {OwnImage} from '../../../../src/images/own-image.ts'
import {ownImages} from '../../../../src/node/runtime/own-root/own-images.ts'
import {folderOf, listOf} from './_folder.ts'
import {tarOf, type Written} from './_tar.ts'

const signal = new AbortController().signal
const architecture = {x64: 'amd64'}[process.arch as string] ?? process.arch

/** The image as it is made ready, and what its folder then holds. */
async function made(t: ExecutionContext, root: string, rest: Partial<OwnImage> = {}) {
  const home = join(folderOf(t), 'roots')
  const [image] = await ownImages([{name: 'my/app', root, ...rest}], {home, signal})
  return {image, files: listOf(join(home, 'own-0'), '.')}
}

function write(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), {recursive: true})
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const tree = tarOf([{name: 'bin/app', content: 'program'}])

test('a folder is shown as it is', async t => {
  const root = write(folderOf(t), {'bin/app': 'program'})
  const {image, files} = await made(t, root, {entrypoint: ['app']})
  t.deepEqual(files, ['bin/', 'bin/app: program'])
  t.like(image, {name: 'my/app', entrypoint: ['app'], arguments: []})
})

const unpacked = test.macro({
  exec: async (t, content: Buffer) => {
    const {files} = await made(t, join(write(folderOf(t), {rootfs: content}), 'rootfs'))
    t.deepEqual(files, ['bin/', 'bin/app: program'])
  },
  title: (title = '') => `${title} is unpacked`,
})
test('a tar', unpacked, tree)
test('a tar in gzip', unpacked, gzipSync(tree))
test('a tar in zstd', unpacked, zstdCompressSync(tree))

/* An image of two layers; the upper one takes a file away. */
const layers = [
  tarOf([
    {name: 'bin/app', content: 'program'},
    {name: 'secret', content: 's'},
  ]),
  gzipSync(tarOf([{name: '.wh.secret'}, {name: 'bin/more', content: 'more'}])),
]
const config = {Entrypoint: ['app'], Cmd: ['--serve'], Env: ['PATH=/bin', 'A=b=c', 'ALONE'], WorkingDir: '/srv'}
const configFile = (built = architecture) => JSON.stringify({architecture: built, config})
const digestOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const blob = (content: string | Buffer) => `blobs/sha256/${digestOf(content)}`
const descriptor = (content: string | Buffer, rest: object = {}) => ({digest: `sha256:${digestOf(content)}`, ...rest})

function layout(platform?: object, built = architecture): Readonly<Record<string, string | Buffer>> {
  const manifest = JSON.stringify({
    config: descriptor(configFile(built)),
    layers: layers.map(layer => descriptor(layer)),
  })
  return {
    ...Object.fromEntries([...layers, manifest, configFile(built)].map(content => [blob(content), content])),
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify({manifests: [descriptor(manifest, {platform})]}),
  }
}

function dockerSave(): Readonly<Record<string, string | Buffer>> {
  return {
    'c.json': configFile(),
    'one/layer.tar': layers[0] ?? '',
    'two/layer.tar': layers[1] ?? '',
    'manifest.json': JSON.stringify([{Config: 'c.json', Layers: ['one/layer.tar', 'two/layer.tar']}]),
  }
}

const filesOf = (files: Readonly<Record<string, string | Buffer>>): readonly Written[] =>
  Object.entries(files).map(([name, content]) => ({name, content}))

const stacked = test.macro({
  exec: async (t, prepare: (folder: string) => string) => {
    const {image, files} = await made(t, prepare(folderOf(t)))
    t.deepEqual(files, ['bin/', 'bin/app: program', 'bin/more: more'])
    t.like(image, {
      entrypoint: ['app'],
      arguments: ['--serve'],
      environment: {PATH: '/bin', A: 'b=c', ALONE: ''},
      workingDirectory: '/srv',
    })
  },
  title: (title = '') => `${title} gives its layers and its start`,
})
test('a folder with an OCI image layout', stacked, folder => write(folder, layout({architecture, os: 'linux'})))
test('a tar with an OCI image layout', stacked, folder =>
  join(write(folder, {'image.tar': tarOf(filesOf(layout()))}), 'image.tar'),
)
test('what docker save writes', stacked, folder =>
  join(write(folder, {'image.tar': tarOf(filesOf(dockerSave()))}), 'image.tar'),
)
test('what docker save writes, in gzip', stacked, folder =>
  join(write(folder, {'image.tar.gz': gzipSync(tarOf(filesOf(dockerSave())))}), 'image.tar.gz'),
)
test('what docker save writes, unpacked', stacked, folder => write(folder, dockerSave()))
test('a layer that is a link to another', stacked, folder => {
  const {'two/layer.tar': layer = '', ...rest} = dockerSave()
  const entries = [
    ...filesOf({...rest, 'three/layer.tar': layer}),
    {name: 'two/layer.tar', flag: '2', link: '../three/layer.tar'},
  ]
  return join(write(folder, {'image.tar': tarOf(entries)}), 'image.tar')
})

test('what the lab says of the start comes before what the image says', async t => {
  const root = write(folderOf(t), layout())
  const {image} = await made(t, root, {entrypoint: ['sh'], environment: {A: 'mine'}, workingDirectory: '/'})
  t.like(image, {entrypoint: ['sh'], arguments: [], environment: {PATH: '/bin', A: 'mine'}, workingDirectory: '/'})
  t.like((await made(t, root, {arguments: ['x']})).image, {entrypoint: ['app'], arguments: ['x']})
})

const refused = test.macro({
  exec: async (t, prepare: (folder: string) => string, message: RegExp) => {
    const folder = folderOf(t)
    const error = await t.throwsAsync(made(t, prepare(folder)), {name: 'RootError'})
    const said = error?.message.replaceAll(folder, '') ?? ''
    t.regex(said, message)
    t.regex(said, /^image my\/app: /)
  },
  title: (title = '') => `refused: ${title}`,
})

const file = (name: string, content: string | Buffer) => (folder: string) =>
  join(write(folder, {[name]: content}), name)
test('a root that is not there', refused, folder => join(folder, 'none'), /: \/none does not exist$/)
test('a file that is no tar', refused, file('notes', 'x'.repeat(2000)), /: \/notes is no tar, nor one that is packed/)
test('an empty file', refused, file('empty', ''), /: \/empty is empty; expected a tar$/)
test(
  'a packed file that is no tar',
  refused,
  file('a.gz', gzipSync('x'.repeat(2000))),
  /is damaged: there is no header of a tar/,
)
test('zeros in gzip', refused, file('zeros.gz', gzipSync(Buffer.alloc(100_000))), /holds no files$/)
test(
  'a packed tar that is cut off',
  refused,
  file('a.gz', gzipSync(tree).subarray(0, 60)),
  /is damaged or cut off: it cannot be unpacked$/,
)
test(
  'a tar in zstd that is cut off',
  refused,
  file('a.zst', zstdCompressSync(tree).subarray(0, 60)),
  /is (damaged or )?cut off/,
)
test('a tar that is cut off', refused, file('a.tar', tree.subarray(0, 700)), /is cut off/)
test(
  'a huge file of zeros',
  refused,
  folder => {
    const path = join(write(folder, {'huge.tar': ''}), 'huge.tar')
    truncateSync(path, 2 ** 40)
    return path
  },
  /is no tar/,
)
test(
  'a huge sparse tar',
  refused,
  folder => {
    const path = file('huge.tar', tarOf([{name: 'huge', size: 2 ** 33 - 1}]))(folder)
    truncateSync(path, 2 ** 34)
    return path
  },
  /unpacks to more than the 1 GB that a lab may have, at huge/,
)
test(
  'a small file that unpacks to 2 GB',
  refused,
  file(
    'bomb.gz',
    gzipSync(Buffer.concat([tarOf([{name: 'bomb', size: 2 ** 31}]).subarray(0, 512), Buffer.alloc(2 ** 22)])),
  ),
  /more than the 1 GB/,
)
test(
  'an image for another machine',
  refused,
  folder => write(folder, layout({architecture: 's390x'})),
  /has no image for \w+, which this machine is; it has s390x$/,
)
test(
  'an image whose configuration is for another machine',
  refused,
  folder => write(folder, layout(undefined, 's390x')),
  /is for s390x, and this machine is \w+$/,
)
test(
  'a layer that is missing',
  refused,
  folder => write(folder, {...layout(), [blob(layers[0] ?? '')]: Buffer.alloc(0)}),
  / has a layer that is empty; expected a tar$/,
)
test(
  'a part outside',
  refused,
  folder => write(folder, {...dockerSave(), 'manifest.json': '[{"Config": "../../etc/passwd", "Layers": ["x"]}]'}),
  /has a part outside of it: \.\.\/\.\.\/etc\/passwd|lacks x/,
)
test(
  'an image that is no JSON',
  refused,
  folder => write(folder, {...dockerSave(), 'manifest.json': '{'}),
  /has a manifest\.json that is no JSON$/,
)
test(
  'several images',
  refused,
  folder =>
    write(folder, {'manifest.json': '[{"Layers": [], "RepoTags": ["a:1"]}, {"Layers": [], "RepoTags": ["b:1"]}]'}),
  /holds 2 images \(a:1, b:1\); save one alone$/,
)
test(
  'a digest that is a path',
  refused,
  folder => write(folder, {'oci-layout': '{}', 'index.json': '{"manifests": [{"digest": "sha256:../../x"}]}'}),
  /has a digest that is none/,
)

test('a link to a folder is followed', async t => {
  const folder = write(folderOf(t), {'rootfs/a': 'a'})
  symlinkSync('rootfs', join(folder, 'link'))
  t.deepEqual((await made(t, join(folder, 'link'))).files, ['a: a'])
})

if (process.getuid?.() !== 0)
  test('a folder that may not be read is refused', async t => {
    const root = write(folderOf(t), {'rootfs/a': 'a'})
    chmodSync(join(root, 'rootfs'), 0)
    await t.throwsAsync(made(t, join(root, 'rootfs')), {message: /rootfs may not be read by you$/})
    chmodSync(join(root, 'rootfs'), 0o755)
  })
