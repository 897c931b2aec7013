import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {findLab} from '../../src/lab/find.ts'
import {readLabFile, whatIs} from '../../src/lab/lab-files.ts'
import {loadLab} from '../../src/lab/parse.ts'

const world = (paths: Readonly<Record<string, 'file' | 'folder'>>, running: readonly string[] = []) => ({
  whatIs: (path: string) => paths[path],
  running,
})

test('a lab is found by its folder, its file, or its name while it is up', t => {
  const kubia = world({'labs/kubia': 'folder', 'labs/kubia/lab.yaml': 'file'}, ['kubia'])
  t.deepEqual(findLab('labs/kubia', kubia), {file: 'labs/kubia/lab.yaml'})
  t.deepEqual(findLab('labs/kubia/lab.yaml', kubia), {file: 'labs/kubia/lab.yaml'})
  t.deepEqual(findLab('kubia', kubia), {running: 'kubia'})
})

test('what is no lab is told apart', t => {
  t.throws(() => findLab('labs', world({labs: 'folder'})), {message: 'labs: this folder holds no lab.yaml'})
  t.throws(() => findLab('kubia', world({})), {message: /no lab is up; bring one up with: podlab up labs\/kubia$/})
  t.throws(() => findLab('kubai', world({}, ['kubia'])), {
    message: /no lab of this name is up\n {2}up now: kubia; did you mean "kubia"\?/,
  })
})

test('a lab file that cannot be read says why', t => {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-find-'))
  t.teardown(() => rmSync(folder, {recursive: true}))
  mkdirSync(join(folder, 'folder.yaml'))
  writeFileSync(join(folder, 'big.yaml'), 'a'.repeat(1024 * 1024 + 1))
  writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]))
  symlinkSync('round.yaml', join(folder, 'round.yaml'))
  const why = (name: string, message: RegExp) =>
    t.throws(() => loadLab(join(folder, name), {readFile: readLabFile, checks: {}}), {name: 'LabError', message})
  why('none.yaml', /does not exist/)
  why('folder.yaml', /is a folder; expected a file/)
  why('folder.yaml/x.yaml', /does not exist/)
  why('big.yaml', /has 1048577 bytes; the limit is 1048576, 1 MB/)
  why('binary.yaml', /is not UTF-8 text/)
  why('round.yaml', /leads round in a circle/)
  t.throws(() => loadLab('/dev/zero', {readFile: readLabFile, checks: {}}), {message: /is no regular file/})
  t.is(whatIs(folder), 'folder')
  t.is(whatIs(join(folder, 'none.yaml')), undefined)
})

test('a lab is named by its file, or by the folder of a lab.yaml', t => {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-find-'))
  t.teardown(() => rmSync(folder, {recursive: true}))
  mkdirSync(join(folder, 'My lab'))
  for (const name of ['some.yaml', 'My lab/lab.yaml']) writeFileSync(join(folder, name), 'title: a\n')
  const load = (name: string) => loadLab(join(folder, name), {readFile: readLabFile, checks: {}})
  t.is(load('some.yaml').name, 'some')
  t.throws(() => load('My lab/lab.yaml'), {message: /"My lab" is no name for a lab/})
})
