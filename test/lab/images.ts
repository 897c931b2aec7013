import {execFileSync} from 'node:child_process'
import {chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import test from 'ava'
import {checks as allChecks} from '../../src/exercise/checks/index.ts'
import {formatLab} from '../../src/lab/format.ts'
import {labKeyOrder} from '../../src/lab/key-order.ts'
import {readLabFile} from '../../src/lab/lab-files.ts'
import {inspectLab} from '../../src/lab/parse.ts'
import {rootFault} from '../../src/lab/root-fault.ts'
import {checks, mistakesIn, read} from './_lab.ts'

const pod = (image: string) =>
  `manifests: [{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: main, image: "${image}"}]}}]`

test("an image's root is found from the lab's folder, and pods may use it", t => {
  const {images} = read(`images: [{name: my/app, root: ./rootfs, environment: {A: b}}]\n${pod('docker.io/my/app:v2')}`)
  t.deepEqual(images, [{name: 'my/app', root: resolve('labs/some/rootfs'), environment: {A: 'b'}}])
})

test('an image that an included file names is found from there', t => {
  const {images} = read('include: [more/images.yaml]', {
    'labs/some/more/images.yaml': 'images: [{name: x, root: a.tar}]',
  })
  t.deepEqual(images, [{name: 'x', root: resolve('labs/some/more/a.tar')}])
})

const refused = test.macro({
  exec: (t, text: string, ...expected: readonly string[]) => t.deepEqual(mistakesIn(text), expected),
  title: (title = '') => `refused: ${title}`,
})

const images = (rest: string) => `images: [{name: my/app, root: r${rest}}]`
test(
  'a name of the catalogue',
  refused,
  'images: [{name: docker.io/library/nginx, root: r}]',
  "1:17 podlab's catalogue has an image nginx already",
)
test(
  'another name of one of the catalogue',
  refused,
  'images: [{name: k8s.gcr.io/pause, root: r}]',
  "1:17 podlab's catalogue has an image registry.k8s.io/pause already",
)
test(
  'a name twice',
  refused,
  'images: [{name: my/app, root: r}, {name: docker.io/my/app, root: r}]',
  '1:42 a second image named docker.io/my/app',
)
test(
  'a tag',
  refused,
  'images: [{name: "my/app:v1", root: r}]',
  '1:17 expected the name of an image, without a tag, like my/app',
)
test('no root', refused, `images: [{name: my/app}]\n${pod('my/app')}`, '1:10 "root" is missing; expected a text')
test('an unknown key', refused, images(', entry: [a]'), '1:34 unknown key "entry"')
test(
  'wrong types',
  refused,
  images(', entrypoint: sh, arguments: {}, environment: {A: 1}, workingDirectory: srv'),
  '1:46 expected a list, not the text "sh"',
  '1:61 expected a list, not a mapping',
  '1:82 expected a text, not the number 1',
  '1:104 expected a path that begins with /',
)
test('no list', refused, 'images: my/app', '1:9 expected a list, not the text "my/app"')
test(
  'a variable without a name',
  refused,
  images(', environment: {"A=b": c}'),
  '1:48 expected the name of a variable, without "="',
)
test(
  'too many images',
  refused,
  `images: [${Array.from({length: 51}, (_, n) => `{name: a${n}, root: r}`)}]`,
  '1:9 at most 50 of these',
)
test(
  "a pod's image that the lab does not have",
  refused,
  `${images('')}\n${pod('my/ap')}`,
  '2:102 podlab has no image "my/ap"; did you mean "my/app"?',
)

/* Roots on disk. */
const folder = mkdtempSync(join(tmpdir(), 'podlab-images-'))
test.after.always(() => rmSync(folder, {recursive: true, force: true}))
const written = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const fault = test.macro({
  exec: (t, path: string, expected: string | undefined) => t.is(rootFault(path), expected),
  title: (title = '') => `a root: ${title}`,
})

test('a folder', fault, folder, undefined)
test('a tar', fault, written('a.tar', execFileSync('tar', ['-c', '-C', import.meta.dirname, '_lab.ts'])), undefined)
test('something in gzip', fault, written('a.tar.gz', Buffer.from('1f8b0800', 'hex')), undefined)
test('nothing', fault, join(folder, 'none'), 'does not exist')
test('something below a file', fault, join(written('file', 'x'), 'x'), 'does not exist: a part of its path is a file')
test('a text', fault, written('text', 'x'.repeat(600)), 'is no tar, nor one that is packed with gzip or zstd')
test('an empty file', fault, written('empty', ''), 'is empty; expected a tar')
test(
  'xz',
  fault,
  written('a.tar.xz', Buffer.from('fd377a585a00', 'hex')),
  'is packed with xz; unpack it first with: xz -dk',
)
test('a device', fault, '/dev/null', 'is no folder and no regular file')
test('something in /proc', fault, '/proc/self', 'lies in /proc, and a lab has a /proc of its own; copy it elsewhere')
test('a zero byte', fault, '\0', 'has a zero byte in its name')
symlinkSync('circle', join(folder, 'circle'))
test('a circle', fault, join(folder, 'circle'), 'is a link that leads round in a circle')
if (process.getuid?.() !== 0) {
  chmodSync(written('secret', 'x'), 0)
  test('what may not be read', fault, join(folder, 'secret'), 'may not be read by you')
}

test('what is wrong with a root is told at its place', t => {
  const file = written('lab.yaml', 'name: a\nimages: [{name: my/app, root: ./none}]')
  const [mistake, ...others] = inspectLab(file, {readFile: readLabFile, rootFault, checks}).mistakes
  t.like(mistake, {line: 2, column: 31, message: 'the root ./none does not exist'})
  t.deepEqual(others, [])
})

test('the example of docs/images.md is a good lab, in form', t => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/images.md'), 'utf8')
  const [, text = ''] = /^```yaml\n# hello\/lab\.yaml\n(.*?)^```$/ms.exec(page) ?? t.fail()
  const {mistakes, warnings} = inspectLab('hello/lab.yaml', {readFile: () => text, checks: allChecks})
  t.deepEqual([...mistakes, ...warnings], [])
  t.is(formatLab(text, labKeyOrder(allChecks)), text)
})
