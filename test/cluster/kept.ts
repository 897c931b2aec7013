import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {forget, isInUse, KeptError, keptFolder, keptNames, keptOf, readKept} from '../../src/cluster/kept.ts'
import {sqliteStore} from '../../src/store/sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'podlab-test-'))
test.after.always(() => rmSync(folder, {recursive: true, force: true}))
const environment = {XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder}
const isRoot = process.getuid?.() === 0

test('labs are kept where state belongs, and beside the sessions of one who has put those elsewhere', t => {
  t.is(keptFolder({XDG_STATE_HOME: '/state', XDG_RUNTIME_DIR: folder, HOME: '/home/me'}), '/state/podlab')
  t.is(keptFolder({HOME: '/home/me'}), isRoot ? '/var/lib/podlab' : '/home/me/.local/state/podlab')
  t.is(keptFolder({XDG_RUNTIME_DIR: folder, HOME: '/home/me'}), join(folder, 'podlab-state'))
  const notThere = {XDG_RUNTIME_DIR: '/not/there', HOME: '/home/me'}
  t.is(keptFolder(notThere), keptFolder({HOME: '/home/me'}), 'sessions are not there either')
})

const whole = {
  format: 1,
  lab: {name: 'a', nodes: []},
  source: '/labs/a/lab.yaml',
  startedAt: '2026-01-02T03:04:05.000Z',
  ports: {secure: 40123},
  apiServer: {kubeconfig: 'text', authorityKey: 'key', certificates: {}, insecure: false},
}

function keep(name: string, text: string) {
  const kept = keptOf(name, environment)
  mkdirSync(kept.folder, {recursive: true})
  writeFileSync(kept.birth, text)
  return kept
}

test('what a lab was made from is read back; of a lab that was never up there is nothing', t => {
  t.like(readKept(keep('whole', JSON.stringify(whole))), whole)
  t.is(readKept(keptOf('nothing', environment)), undefined)
  mkdirSync(keptOf('begun', environment).folder, {recursive: true})
  t.is(readKept(keptOf('begun', environment)), undefined)
  t.true(keptNames(environment).includes('whole'))
  t.deepEqual(keptNames({XDG_STATE_HOME: '/not/there'}), [])
})

const refused = test.macro({
  exec: (t, text: string, message: RegExp) => {
    const kept = keep(`bad-${t.title.replace(/\W/g, '')}`, text)
    const error = t.throws(() => readKept(kept), {instanceOf: KeptError, message})
    t.regex(error.message, /podlab down bad-/, 'it says what to do')
  },
  title: (title, text) => `refused: ${title || String(text).slice(0, 60) || 'an empty file'}`,
})

const without = (name: keyof typeof whole) => JSON.stringify({...whole, [name]: undefined})
test(refused, '', /lab\.json is damaged/)
test(refused, '{', /lab\.json is damaged/)
test(refused, 'null', /lab\.json is damaged/)
test(refused, '[]', /lab\.json is damaged/)
test(refused, '\0\0\0\0', /lab\.json is damaged/)
test('one that was cut off', refused, JSON.stringify(whole).slice(0, -1), /lab\.json is damaged/)
test('no lab', refused, without('lab'), /lab\.json is damaged/)
test('no source', refused, without('source'), /lab\.json is damaged/)
test('no ports', refused, without('ports'), /lab\.json is damaged/)
test('no apiServer', refused, without('apiServer'), /lab\.json is damaged/)
test('no format', refused, without('format'), /lab\.json is damaged/)
test('a lab without nodes', refused, JSON.stringify({...whole, lab: {name: 'a'}}), /lab\.json is damaged/)
test(
  refused,
  JSON.stringify({format: 2, other: true}),
  /lab\.json was written by another podlab \(format 2; this one reads 1\); use that one/,
)

test('what another lab lives on is in use, and is not once that lab has ended', t => {
  const kept = keep('used', JSON.stringify(whole))
  t.false(isInUse(kept), 'there are no objects yet')
  const store = sqliteStore(kept.objects, {clock: () => 0, uid: () => 'uid'})
  store.create({apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'default'}})
  t.true(isInUse(kept))
  store.close()
  t.false(isInUse(kept))
  writeFileSync(kept.objects, 'no database at all, but long enough to be looked at')
  t.false(isInUse(kept))
})

test('forgetting removes the folder, and the folder of all with the last', t => {
  const own = {XDG_STATE_HOME: join(folder, 'own')}
  for (const name of ['a', 'b']) mkdirSync(keptOf(name, own).folder, {recursive: true})
  forget(keptOf('a', own))
  t.deepEqual(keptNames(own), ['b'])
  forget(keptOf('b', own))
  t.false(existsSync(join(folder, 'own/podlab')))
  t.notThrows(() => forget(keptOf('b', own)), 'it is gone already')
})
