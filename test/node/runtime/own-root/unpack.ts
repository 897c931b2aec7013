import {lstatSync, mkdirSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import test from 'ava'
import {streamBytes} from '../../../../src/node/runtime/own-root/bytes.ts'
import {readTar} from '../../../../src/node/runtime/own-root/tar.ts'
import {allowance, unpack} from '../../../../src/node/runtime/own-root/unpack.ts'
import {folderOf, listOf} from './_folder.ts'
import {paxOf, tarOf, type Written} from './_tar.ts'

/* In pieces of a size that is no block's, as a decompressor hands them out. */
async function* inPieces(bytes: Buffer, size = 700) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const never = new AbortController().signal

async function unpackInto(folder: string, bytes: Buffer, {isLayer = false, left = allowance(), signal = never} = {}) {
  mkdirSync(folder, {recursive: true})
  await unpack(readTar(streamBytes(inPieces(bytes))), folder, {allowance: left, signal, isLayer})
}

const unpacks = test.macro({
  exec: async (t, entries: readonly Written[], ...expected: readonly string[]) => {
    const folder = folderOf(t)
    await unpackInto(join(folder, 'root'), tarOf(entries))
    t.deepEqual(listOf(folder), ['root/', ...expected.map(line => `root/${line}`)])
  },
  title: (title = '') => `a tar is unpacked: ${title}`,
})

test(
  'files, folders and links',
  unpacks,
  [
    {name: './', flag: '5'},
    {name: './bin/', flag: '5'},
    {name: './bin/busybox', content: 'x'.repeat(1500)},
    {name: './bin/sh', flag: '2', link: 'busybox'},
    {name: './bin/ls', flag: '1', link: './bin/busybox'},
  ],
  'bin/',
  `bin/busybox: ${'x'.repeat(1500)}`,
  `bin/ls: ${'x'.repeat(1500)}`,
  'bin/sh -> busybox',
)
test('folders that no entry makes', unpacks, [{name: 'a/b/c', content: 'c'}], 'a/', 'a/b/', 'a/b/c: c')
test(
  'names that lead out with ..',
  unpacks,
  [
    {name: '../out', content: '1'},
    {name: 'a/../../../out2', content: '2'},
    {name: '/abs', content: '3'},
  ],
  'a/',
  'abs: 3',
  'out: 1',
  'out2: 2',
)
test(
  'links that lead out, and files behind them',
  unpacks,
  [
    {name: 'etc', flag: '2', link: '/elsewhere'},
    {name: 'etc/passwd', content: 'mine'},
    {name: 'up', flag: '2', link: '../../..'},
    {name: 'up/file', content: 'here'},
  ],
  'elsewhere/',
  'elsewhere/passwd: mine',
  'etc -> /elsewhere',
  'file: here',
  'up -> ../../..',
)
test(
  'a file in place of a link does not follow it',
  unpacks,
  [
    {name: 'a', flag: '2', link: '/b'},
    {name: 'b', content: 'b'},
    {name: 'a', content: 'a'},
  ],
  'a: a',
  'b: b',
)
test(
  'a hard link that leads out',
  unpacks,
  [
    {name: 'passwd', content: 'p'},
    {name: 'a/b', flag: '1', link: '../../passwd'},
  ],
  'a/',
  'a/b: p',
  'passwd: p',
)
test(
  'devices and pipes are left out',
  unpacks,
  [
    {name: 'null', flag: '3'},
    {name: 'disk', flag: '4'},
    {name: 'pipe', flag: '6'},
    {name: 'a', content: 'a'},
  ],
  'a: a',
)
test(
  'long names of pax and of GNU tar',
  unpacks,
  [
    paxOf({comment: 'all'}, 'g'),
    paxOf({path: `p/${'n'.repeat(120)}`, mtime: '1.5'}),
    {name: 'short', content: 'pax'},
    {name: '././@LongLink', flag: 'L', content: `g/${'m'.repeat(150)}\0`},
    {name: 'short', content: 'gnu'},
  ],
  'g/',
  `g/${'m'.repeat(150)}: gnu`,
  'p/',
  `p/${'n'.repeat(120)}: pax`,
)

test('a folder that becomes a link afterwards leaves what it leads to alone', async t => {
  const folder = folderOf(t)
  const victim = join(folder, 'victim/sub')
  mkdirSync(victim, {recursive: true, mode: 0o700})
  const sub = {name: 'd/sub/', flag: '5', mode: 0o777}
  const link = {name: 'd', flag: '2', link: join(folder, 'victim')}
  await unpackInto(join(folder, 'root'), tarOf([sub, link, {name: 'd/.wh.sub'}, {name: 'd/sub/.wh..wh..opq'}]), {
    isLayer: true,
  })
  t.is(lstatSync(victim).mode & 0o7777, 0o700)
})

test('a long name whose beginning looks like a folder is the file that it is', async t => {
  const folder = folderOf(t)
  const name = `${'a/'.repeat(60)}file`
  const entries = [{name: 'x', flag: 'L', content: `${name}\0`}, {name: name.slice(0, 100), content: 'f'}, {name: 'b/'}]
  await unpackInto(
    folder,
    tarOf([...entries, paxOf({path: name.replace('file', 'other')}), {name: name.slice(0, 100), content: 'o'}]),
  )
  t.is(listOf(folder).at(-1), 'b/')
  t.deepEqual(listOf(join(folder, dirname(name))), ['file: f', 'other: o'])
})

test('modes are kept, but a folder can be written to', async t => {
  const folder = folderOf(t)
  const dir = {name: 'd/', flag: '5', mode: 0o555}
  await unpackInto(folder, tarOf([dir, {name: 'd/p', mode: 0o4755}]))
  t.is(lstatSync(join(folder, 'd')).mode & 0o7777, 0o755)
  t.is(lstatSync(join(folder, 'd/p')).mode & 0o7777, 0o4755)
  t.is(statSync(join(folder, 'd/p')).mtimeMs, 1e12)
})

test('a layer takes away files of those below, and not its own', async t => {
  const folder = folderOf(t)
  await unpackInto(folder, tarOf([{name: 'a/old'}, {name: 'a/sub/old'}, {name: 'gone/x'}, {name: 'kept'}]))
  const layer = [{name: 'a/new'}, {name: 'a/sub/new'}, {name: 'a/.wh..wh..opq'}, {name: '.wh.gone'}, {name: '.wh...'}]
  await unpackInto(folder, tarOf(layer), {isLayer: true})
  t.deepEqual(listOf(folder), ['a/', 'a/new: ', 'a/sub/', 'a/sub/new: ', 'kept: '])
})

const refused = test.macro({
  exec: async (t, bytes: Buffer, message: string | RegExp) => {
    const folder = folderOf(t)
    await t.throwsAsync(unpackInto(join(folder, 'root'), bytes), {message, name: 'RootError'})
  },
  title: (title = '') => `a tar is refused: ${title}`,
})

const whole = tarOf([{name: 'some/file', content: 'x'.repeat(2000)}])
test('one that ends within a file', refused, whole.subarray(0, 1500), 'is cut off: it ends within some/file')
test('one that ends within a header', refused, whole.subarray(0, 300), /^is cut off/)
test(
  'one that ends after a file',
  refused,
  whole.subarray(0, 512 + 2048),
  'is cut off: it ends without the end mark of a tar',
)
test('one that ends in the filling of a file', refused, whole.subarray(0, 512 + 2010), /^is cut off/)
test(
  'noise behind a file',
  refused,
  Buffer.concat([whole.subarray(0, 2560), Buffer.alloc(512, 'noise')]),
  /^is damaged/,
)
test(
  'a file of 8 GB in a short tar',
  refused,
  tarOf([{name: 'huge', size: 2 ** 32}]),
  'unpacks to more than the 1 GB that a lab may have, at huge; use a folder instead',
)
test(
  'a sparse file',
  refused,
  tarOf([{name: 'holes', flag: 'S', size: 2 ** 30}]),
  'holds holes as a sparse file; make the tar without --sparse',
)
test(
  'a sparse file of pax',
  refused,
  tarOf([paxOf({'GNU.sparse.major': '1', 'GNU.sparse.name': 'holes'}), {name: 'x'}]),
  /^holds holes as a sparse file/,
)
test(
  'a name of 2 MB',
  refused,
  tarOf([{name: 'x', flag: 'L', size: 2 ** 21}]),
  'is damaged: a name in it is longer than 1 MB',
)
test(
  'a pax record that is none',
  refused,
  tarOf([{name: 'x', flag: 'x', content: '9999999 path'}]),
  /^is damaged: a pax record/,
)
test(
  'a pax record without end',
  refused,
  tarOf([{name: 'x', flag: 'x', content: '0 path=x\n'}]),
  /^is damaged: a pax record/,
)
test('a size that is none', refused, tarOf([paxOf({size: '-5'}), {name: 'x'}]), 'is damaged: x has no size')
test(
  'a hard link to nothing',
  refused,
  tarOf([{name: 'x', flag: '1', link: 'y'}]),
  'is damaged: x is a hard link to y, which is no file',
)
test(
  'links in a circle',
  refused,
  tarOf([{name: 'a', flag: '2', link: 'b'}, {name: 'b', flag: '2', link: 'a'}, {name: 'a/x'}]),
  /^holds links that lead round in a circle/,
)
test('the root as a file', refused, tarOf([{name: '..', content: 'x'}]), /which is the root, as a file/)
test(
  'a type that nobody knows',
  refused,
  tarOf([{name: 'x', flag: 'Z'}]),
  'holds "x", of a type that podlab does not know: "Z"',
)

test('what a lab may unpack is counted over all its tars', async t => {
  const folder = folderOf(t)
  const left = {bytes: 3000, files: 10}
  await unpackInto(join(folder, 'one'), whole, {left})
  t.deepEqual(left, {bytes: 1000, files: 9})
  await t.throwsAsync(unpackInto(join(folder, 'two'), whole, {left}), {message: /more than the 1 GB/})
  await t.throwsAsync(unpackInto(join(folder, 'three'), tarOf(Array(9).fill({name: 'x'})), {left}), {
    message: /too many files/,
  })
})

test('unpacking ends when nobody waits for it any more', async t => {
  const folder = folderOf(t)
  await t.throwsAsync(unpackInto(folder, whole, {signal: AbortSignal.abort()}), {name: 'AbortError'})
  t.deepEqual(listOf(folder), [])
})
