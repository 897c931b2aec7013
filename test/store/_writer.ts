import {randomUUID} from 'node:crypto'
import {writeSync} from 'node:fs'
import {sqliteStore} from '../../src/store/sqlite.ts'
import {samplePod} from '../objects/_samples.ts'

/* Does random things to a store for ever, and says of each, when it is done, what has changed. Arguments: the file, how much it remembers. */
const [, , path = '', limit = ''] = process.argv
const store = sqliteStore(path, {clock: Date.now, uid: randomUUID, historyLimit: Number(limit)})
let read = store.revision
/* Whoever writes what another process has written changes nothing. */
const run = randomUUID()
for (let step = 0; ; step++) {
  const name = `pod-${Math.floor(Math.random() * 20)}`
  const there = store.get('Pod', {namespace: 'default', name})
  if (there === undefined) store.create(samplePod(name, {labels: {run, step: `${step}`}}))
  else if (Math.random() < 0.3) store.delete('Pod', there.metadata)
  else store.update(samplePod(name, {labels: {run, step: `${step}`}}))
  const acknowledged = store.changes(read).map(({type, object}) => ({type, object}))
  read = store.revision
  writeSync(1, `${JSON.stringify(acknowledged)}\n`)
}
