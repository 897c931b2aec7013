import {randomUUID} from 'node:crypto'
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {DatabaseSync, StatementSync} from 'node:sqlite'
import test, {type ExecutionContext} from 'ava'
import type {StoreOptions} from '../../src/store/memory.ts'
import {sqliteStore} from '../../src/store/sqlite.ts'
import {StorageError, type StorageErrorCode} from '../../src/store/storage-error.ts'
import {StoreError} from '../../src/store/store-error.ts'
import {storeContract} from '../contract/store.ts'
import {samplePod, sampleService} from '../objects/_samples.ts'

const folder = mkdtempSync(join(tmpdir(), 'podlab-store-'))
test.after.always(() => rmSync(folder, {recursive: true, force: true}))

let files = 0
storeContract(test, options => sqliteStore(join(folder, `${++files}.db`), options))

function reopenable(t: ExecutionContext, options: Partial<StoreOptions> = {}) {
  const path = join(folder, `${++files}.db`)
  const open = () => sqliteStore(path, {clock: () => 0, uid: randomUUID, ...options})
  t.teardown(() => rmSync(path, {force: true}))
  return {path, open}
}

test('a store that is opened again has its objects, its history and its revision', t => {
  const {open} = reopenable(t, {firstRevision: 1000})
  const first = open()
  t.false(first.reopened)
  const web = first.create(samplePod('web'))
  first.create(sampleService('web'))
  first.update({...web, status: {phase: 'Running'}})
  first.delete('Service', {namespace: 'default', name: 'web'})
  const history = first.changes(1000)
  first.close()
  const second = open()
  t.true(second.reopened)
  t.is(second.revision, 1004)
  t.deepEqual(second.changes(1000), history)
  t.deepEqual(second.list('Pod'), first.list('Pod'))
  t.deepEqual(second.list('Service'), [])
  t.is(second.create(samplePod('b')).metadata.resourceVersion, '1005')
  t.deepEqual(
    second.changes(1002).map(({type, object}) => `${type} ${object.kind} ${object.metadata.name}`),
    ['MODIFIED Pod web', 'DELETED Service web', 'ADDED Pod b'],
    'a client that saw revision 1002 before gets what it has not seen',
  )
  second.close()
})

test('what was forgotten stays forgotten, and its rows are gone from the file', t => {
  const {path, open} = reopenable(t, {historyLimit: 4})
  const first = open()
  for (let index = 0; index < 50; index++) {
    first.create(samplePod('comes-and-goes'))
    first.update(samplePod('comes-and-goes', {labels: {index: `${index}`}}))
    first.delete('Pod', {namespace: 'default', name: 'comes-and-goes'})
  }
  first.create(samplePod('stays'))
  t.throws(() => first.changes(100), {message: /^too old resource version: 100 \(\d+\)$/})
  first.close()
  const second = open()
  t.like(
    t.throws(() => second.changes(100)),
    {code: 'compacted'},
  )
  t.is(second.revision, 151)
  t.deepEqual(
    second.list('Pod').map(pod => pod.metadata.name),
    ['stays'],
  )
  second.close()
  const rows = new DatabaseSync(path).prepare('SELECT count(*) AS count FROM changes').get()
  t.true(Number(rows?.count) < 12, `${rows?.count} rows`)
})

test('a file has one owner', t => {
  const {path, open} = reopenable(t)
  const first = open()
  const error = t.throws(open, {instanceOf: StorageError, message: `${path} is in use by another podlab`})
  t.is(error.code, 'busy')
  first.close()
  t.notThrows(() => open().close())
})

test('a file that is full refuses the write, stays whole, and takes the next one when there is room', t => {
  const {open} = reopenable(t)
  const store = open()
  store.create(samplePod('a'))
  const limited = fullDisk()
  const before = store.revision
  const error = t.throws(() => store.create(samplePod('b')), {instanceOf: StoreError})
  t.is(error.code, 'notWritten')
  t.regex(error.message, /^nothing was changed: \S+\.db cannot be written \(database or disk is full\); make room/)
  t.is(store.revision, before)
  t.is(store.get('Pod', {namespace: 'default', name: 'b'}), undefined)
  limited()
  t.is(store.create(samplePod('b')).metadata.resourceVersion, `${before + 1}`)
  store.close()
  const again = open()
  t.deepEqual(
    again.list('Pod').map(pod => pod.metadata.name),
    ['a', 'b'],
  )
  again.close()

  /* SQLite says so of every write while this stands. */
  function fullDisk() {
    const {run} = StatementSync.prototype
    StatementSync.prototype.run = () => {
      throw Object.assign(new Error('database or disk is full'), {code: 'ERR_SQLITE_ERROR', errcode: 13})
    }
    return () => {
      StatementSync.prototype.run = run
    }
  }
})

const refused = test.macro({
  exec: (t, spoil: (path: string) => void, code: StorageErrorCode, message: RegExp) => {
    const {path, open} = reopenable(t)
    const store = open()
    for (let index = 0; index < 200; index++) store.create(samplePod(`pod-${index}`))
    store.delete('Pod', {namespace: 'default', name: 'pod-7'})
    store.close()
    spoil(path)
    const before = readFileSync(path)
    const error = t.throws(open, {instanceOf: StorageError, message})
    t.is(error.code, code)
    t.true(error.message.includes(path))
    t.deepEqual(readFileSync(path), before, 'nothing is changed in it')
  },
  title: (title, _, code) => `${title} is refused as ${code}`,
})

const change = (sql: string) => (path: string) => {
  const database = new DatabaseSync(path)
  database.exec(`${sql}; PRAGMA wal_checkpoint(TRUNCATE)`)
  database.close()
}
const overwrite = (bytes: number, from: number) => (path: string) => {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from)
  closeSync(file)
}

const text = (words: string) => (path: string) => writeFileSync(path, words)
test(
  'a text',
  refused,
  text('hello, I am no database at all\n'.repeat(40)),
  'foreign',
  /no store of podlab's; move it away/,
)
test("another program's database", refused, change('PRAGMA application_id = 7'), 'foreign', /no store of podlab's/)
test('a later form', refused, change('PRAGMA user_version = 2'), 'newer', /format 2; this one reads 1/)
test('a spoilt header', refused, overwrite(64, 0), 'foreign', /no store of podlab's/)
test('a spoilt page', refused, overwrite(4096, 3 * 4096), 'damaged', /damaged/)
test('half a file', refused, path => truncateSync(path, 2 * 4096), 'damaged', /is damaged/)
test(
  'a row that is missing',
  refused,
  change('DELETE FROM changes WHERE revision = 9'),
  'damaged',
  /revision 9 is missing/,
)
const cut = 'UPDATE changes SET object = substr(object, 1, 40) WHERE revision = 3'
test('an object that is cut off', refused, change(cut), 'damaged', /revision 3, Pod pod-2: it holds something else/)
const other = "UPDATE changes SET name = 'other' WHERE revision = 3"
test('a row of another name', refused, change(other), 'damaged', /revision 3, Pod other: it holds something else/)
const kind = "UPDATE changes SET kind = 'Toaster' WHERE revision = 3"
test('a kind that nobody knows', refused, change(kind), 'damaged', /revision 3, Toaster pod-2/)
test(
  'a deletion of nothing',
  refused,
  change("UPDATE changes SET name = 'x' WHERE object IS NULL"),
  'damaged',
  /that it deleted/,
)
test('no beginning', refused, change('DELETE FROM forgotten'), 'damaged', /does not say where its history begins/)

test('a folder in the place of the file, and a place that cannot be, are refused', t => {
  const options = {clock: () => 0, uid: randomUUID}
  t.like(
    t.throws(() => sqliteStore(folder, options)),
    {name: 'StorageError', code: 'unusable'},
  )
  t.like(
    t.throws(() => sqliteStore('/dev/null/podlab/x.db', options)),
    {name: 'StorageError', code: 'unusable'},
  )
})

test('a store that may be lost lives on in memory when the disk refuses, and says so once', t => {
  const path = join(folder, `${++files}.db`)
  const said: Error[] = []
  const store = sqliteStore(path, {clock: () => 0, uid: randomUUID, lost: error => said.push(error)})
  store.create(samplePod('before'))
  store.close()
  store.create(samplePod('after'))
  store.create(samplePod('later'))
  t.deepEqual(
    store.list('Pod').map(({metadata}) => metadata.name),
    ['after', 'before', 'later'],
  )
  t.is(store.changes(0).length, 3)
  t.is(said.length, 1)
})
