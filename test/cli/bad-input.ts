import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {makePlace} from '../real/_podlab.ts'

/* Nobody's namespaces are needed here: a mistake is told before anything starts. */
const ownUid = process.getuid?.() ?? 0
const place = makePlace({name: 'root', uid: ownUid, way: []})
test.after.always(() => place.remove())
let labs = 0

const pod = (name: string, image = 'busybox') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: main, image: ${image}}]}}`

/** A lab of these files is refused with mistakes that begin so, each at its place in a file, and nothing is left behind. */
const refusedLab = test.macro({
  exec: async (t, files: Readonly<Record<string, string>>, mistakes: readonly string[]) => {
    const folder = join(place.folder, `lab-${++labs}`)
    mkdirSync(folder)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const {code, stdout, stderr} = await place.podlab('up', folder)
    t.deepEqual({code, stdout}, {code: 2, stdout: ''})
    const lines = stderr.replaceAll(`${folder}/`, '').split('\n')
    const told = lines.filter(line => /^\w+\.yaml/.test(line))
    t.deepEqual(
      told.map((line, index) => line.slice(0, mistakes[index]?.length)),
      mistakes,
    )
    const placed = mistakes.filter(mistake => /^\S+:\d+:\d+: /.test(mistake))
    t.is(lines.filter(line => /^ +\| +\^+$/.test(line)).length, placed.length, 'a caret for each')
    t.notRegex(stderr, /\n +at |bug in podlab/)
    t.false(existsSync(place.sessions))
  },
  title: (title = '') => `a lab is refused: ${title}`,
})

test('an unknown key', refusedLab, {'lab.yaml': 'titel: x\n'}, [
  'lab.yaml:1:1: unknown key "titel"; did you mean "title"?',
])
test('wrong types', refusedLab, {'lab.yaml': 'title: [a]\nsummary: 3\n'}, [
  'lab.yaml:1:8: expected a text, not a list',
  'lab.yaml:2:10: expected a text, not the number 3',
])
test('networks that overlap', refusedLab, {'lab.yaml': 'cluster:\n  serviceRange: 172.17.128.0/17\n'}, [
  'lab.yaml:2:17: serviceRange 172.17.128.0/17 overlaps podNetwork 172.17.0.0/16',
])
test('two nodes of one name', refusedLab, {'lab.yaml': 'nodes: [a, a]\n'}, ['lab.yaml:1:12: a second node named a'])
test('two pods of one name', refusedLab, {'lab.yaml': `manifests:\n  - ${pod('a')}\n  - ${pod('a')}\n`}, [
  'lab.yaml:3:50: a second Pod named a',
])
test('an unknown image', refusedLab, {'lab.yaml': `manifests:\n  - ${pod('a', 'luksa/kubai')}\n`}, [
  'lab.yaml:2:94: podlab has no image "luksa/kubai"; did you mean "luksa/kubia"?',
])
test('tabs', refusedLab, {'lab.yaml': 'nodes:\n\t- a\n'}, ['lab.yaml:2:1: a tab indents this line'])
test('an empty file', refusedLab, {'lab.yaml': ''}, ['lab.yaml: the lab file is empty'])
test(
  'a manifest of an unknown kind',
  refusedLab,
  {'lab.yaml': 'manifests: [m.yaml]\n', 'm.yaml': 'apiVersion: v1\nkind: Foo\n'},
  ['m.yaml:2:7: kind: podlab does not know the kind "Foo"'],
)
test('a manifest that is not there', refusedLab, {'lab.yaml': 'manifests: [gone.yaml]\n'}, [
  'lab.yaml:1:13: the manifest file gone.yaml does not exist',
])
test('a folder as manifest', refusedLab, {'lab.yaml': 'manifests: [..]\n'}, [
  `lab.yaml:1:13: the manifest file ${place.folder} is a folder; expected a file`,
])

/** A command that is refused: its exit code and how the first line on stderr begins. */
const refused = test.macro({
  exec: async (t, words: string, code: number, expected: string) => {
    const result = await place.podlab(...words.split(' ').filter(word => word !== ''))
    t.deepEqual({code: result.code, stdout: result.stdout}, {code, stdout: ''})
    t.is(result.stderr.split('\n')[0]?.slice(0, expected.length), expected)
    t.notRegex(result.stderr, /\n +at |bug in podlab/)
  },
  title: (_, words) => `refused: podlab ${words}`,
})

mkdirSync(join(place.folder, 'empty'))
test(refused, 'up empty', 2, 'empty: this folder holds no lab.yaml')
test(
  refused,
  'up gone',
  2,
  'podlab: there is no folder or file gone; a lab is brought up from its folder, like labs/kubia',
)
test(
  refused,
  'run gone/lab.yaml',
  2,
  'podlab: there is no folder or file gone/lab.yaml; a lab is brought up from its folder, like labs/kubia',
)
mkdirSync(join(place.folder, 'labs/hello'), {recursive: true})
test(refused, 'up hello', 2, 'podlab: there is no folder or file hello; did you mean labs/hello?')
test(refused, 'up', 2, "error: missing required argument 'lab'")
test(refused, 'up a b', 2, "error: too many arguments for 'up'. Expected 1 argument but got 2.")
test(refused, 'up --frob a', 2, "error: unknown option '--frob'")
test(refused, '', 2, 'Usage: podlab [options] [command]')
test(refused, 'dwn', 2, "error: unknown command 'dwn'")
test(refused, 'get', 2, "error: missing required argument 'kind'")
test(refused, 'get foos', 2, 'podlab: podlab does not know the kind "foos"')
test(
  refused,
  'get pods -o xml',
  2,
  "error: option '-o, --output <form>' argument 'xml' is invalid. Allowed choices are wide, yaml, json, name.",
)
test(refused, 'get pods', 2, 'podlab: no lab is up. Bring one up with: podlab up labs/kubia')
test(refused, 'check', 2, 'podlab: no lab is up. Bring one up with: podlab up labs/kubia')
test(refused, 'down', 2, 'podlab: no lab is up. Bring one up with: podlab up labs/kubia')
test(refused, 'down gone', 2, 'gone: there is no such folder or file, and no lab of this name is up')
test(refused, 'exec', 2, "error: missing required argument 'target'")
test(refused, 'exec pod/a', 2, "error: missing required argument 'program'")
test(refused, 'exec pod/a --', 2, 'podlab: which program? Type it after --: podlab exec pod/client -- ip route')
test(refused, 'shell', 2, "error: missing required argument 'target'")
