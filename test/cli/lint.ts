import {chmodSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {makePlace, ordinaryAccount} from '../real/_podlab.ts'

const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
test.after.always(() => place.remove())

const pods = 'parameters: {pods: {default: 3, max: 9}}\nnodes: {count: "${' + 'pods}"}\n'

test('lint says of every lab that it is good, or what is wrong with it', async t => {
  place.lab('good', pods)
  place.lab('bad', 'titel: x\nnodes: [a, a]\n')
  t.deepEqual(await place.podlab('lint', 'good', 'good/lab.yaml', '--set', 'pods=9'), {
    ...{code: 0, stderr: ''},
    stdout: 'good: good\ngood/lab.yaml: good\n',
  })
  const {code, stdout} = await place.podlab('lint', 'good', 'bad')
  t.is(code, 2)
  t.regex(
    stdout,
    /^good: good\nbad\/lab\.yaml:1:1: unknown key "titel"; .*\n(.*\n)+bad\/lab\.yaml:2:12: a second node named a\n/,
  )
  t.regex(stdout, /\n2 mistakes\n$/)
})

test('lint as JSON has a place for every mistake', async t => {
  place.lab('wrong', 'parameters: {unused: 1}\nnodes: [a, a]\n')
  const {code, stdout} = await place.podlab('lint', '--json', 'wrong')
  t.is(code, 2)
  t.like(JSON.parse(stdout), [
    {
      lab: 'wrong',
      good: false,
      mistakes: [{file: 'wrong/lab.yaml', line: 2, column: 12, message: 'a second node named a'}],
      warnings: [{file: 'wrong/lab.yaml', line: 1, column: 14}],
    },
  ] as never)
})

test('a warning leaves a lab good, unless one is strict', async t => {
  place.lab('warned', 'parameters: {unused: 1}\n')
  const {code, stdout} = await place.podlab('lint', 'warned')
  t.is(code, 0)
  t.regex(stdout, /^warned\/lab\.yaml:1:14: warning: the parameter unused is used nowhere\n(.*\n)+\nwarned: good\n$/)
  t.is((await place.podlab('lint', '--strict', 'warned')).code, 2)
})

test('what is --set is checked like the lab itself', async t => {
  place.lab('set', pods)
  const told = async (...words: readonly string[]) => {
    const {code, stdout, stderr} = await place.podlab(...words)
    return {code, text: (stdout + stderr).trimEnd()}
  }
  t.deepEqual(await told('lint', 'set', '--set', 'pods=10'), {
    code: 2,
    text: '--set pods=10: must be at most 9\n  parameters here: pods=3 (to 9)',
  })
  t.deepEqual(await told('up', 'set', '--set', 'pod=4'), {
    code: 2,
    text: '--set pod=4: no parameter is named pod; did you mean "pods"?\n  parameters here: pods=3 (to 9)',
  })
  t.deepEqual(await told('run', 'set', '--set', 'pods=\u001b[31m;reboot'), {
    code: 2,
    text: '--set pods="\\u001b[31m;reboot": expected a whole number\n  parameters here: pods=3 (to 9)',
  })
  t.like(await told('lint', 'set', '--set', 'pods'), {code: 2})
})

test('fmt writes a lab anew where it is not in form, keeps its mode, and leaves a wrong one alone', async t => {
  const file = join(place.lab('form', 'nodes: [a] # one\ntitle: x\n'), 'lab.yaml')
  chmodSync(file, 0o640)
  place.lab('inform', 'title: x\n')
  t.deepEqual(await place.podlab('fmt', '--check', 'form', 'inform'), {
    ...{code: 1, stderr: ''},
    stdout: 'form/lab.yaml: would change\ninform/lab.yaml: good\n',
  })
  t.is(readFileSync(file, 'utf8'), 'nodes: [a] # one\ntitle: x\n')
  t.is((await place.podlab('fmt', 'form')).stdout, 'form/lab.yaml: written\n')
  t.is(readFileSync(file, 'utf8'), 'title: x\n\nnodes: [a] # one\n')
  t.is(statSync(file).mode & 0o777, 0o640)
  place.lab('broken', 'nodes:\n\t- a\n')
  t.like(await place.podlab('fmt', 'form', 'broken'), {code: 2, stdout: ''})
})

test('new writes a lab that is good and in form, and never writes over anything', async t => {
  const {code, stdout} = await place.podlab('new', 'labs/mine')
  t.is(code, 0)
  t.regex(stdout, /labs\/mine holds lab\.yaml and README\.md/)
  t.is((await place.podlab('lint', '--strict', 'labs/mine', '--set', 'pods=200')).stdout, 'labs/mine: good\n')
  t.is((await place.podlab('fmt', '--check', 'labs/mine')).code, 0)
  const again = await place.podlab('new', 'labs/mine')
  t.is(again.code, 2)
  t.regex(again.stderr, /labs\/mine is not empty; nothing was written/)
  t.regex((await place.podlab('new', 'My lab')).stderr, /"My lab" is no name for a lab/)
  writeFileSync(join(place.folder, 'file'), '')
  t.regex((await place.podlab('new', 'file/mine')).stderr, /the lab could not be written: a part of its path is a file/)
})

const ordinary = ordinaryAccount()
if ('refused' in ordinary) test.skip(`files without permission: ${ordinary.refused}`, t => t.pass())
else {
  const own = makePlace(ordinary)
  test.after.always(() => own.remove())

  test('an ordinary user is told which file may not be read or written', async t => {
    const file = join(own.lab('secret', 'title: x\n'), 'lab.yaml')
    chmodSync(file, 0)
    t.deepEqual(await own.podlab('lint', 'secret'), {
      ...{code: 2, stderr: ''},
      stdout: 'secret/lab.yaml: the lab file may not be read by you\n',
    })
    mkdirSync(join(own.folder, 'closed/in'), {recursive: true})
    chmodSync(join(own.folder, 'closed'), 0)
    t.like(await own.podlab('lint', 'closed/in'), {code: 2})
    chmodSync(join(own.folder, 'closed'), 0o755)
    own.lab('shut', 'nodes: [a]\ntitle: x\n')
    chmodSync(join(own.folder, 'shut'), 0o555)
    const {code, stderr} = await own.podlab('fmt', 'shut')
    t.deepEqual({code, stderr}, {code: 2, stderr: 'shut/lab.yaml: the lab file may not be written by you\n'})
    t.regex((await own.podlab('new', 'shut/mine')).stderr, /shut\/mine: the lab may not be written by you/)
    chmodSync(join(own.folder, 'shut'), 0o755)
  })
}
