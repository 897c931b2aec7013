import test from 'ava'
import type {AgentClient} from '../../../../src/node/client.ts'
import {followedObjects} from '../../../../src/node/pods/volumes/followed-objects.ts'
import type {ConfigMap} from '../../../../src/objects/config-map.ts'

const reference = (name: string) => ({kind: 'ConfigMap', namespace: 'default', name}) as const
const configMap = (name: string, color: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name, namespace: 'default'},
  data: {color},
})

function world() {
  const told = new Map<string, (object: ConfigMap | undefined) => void>()
  const calls: string[] = []
  const changes: string[] = []
  const follow: AgentClient['follow'] = async (_kind, {name}, tell, signal) => {
    calls.push(`follow ${name}`)
    told.set(name, tell as (object: ConfigMap | undefined) => void)
    signal.addEventListener('abort', () => calls.push(`end ${name}`))
    told.get(name)?.(undefined)
  }
  const stop = new AbortController()
  const objects = followedObjects({follow}, {changed: uid => changes.push(uid), signal: stop.signal})
  return {objects, calls, changes, tell: (name: string, object?: ConfigMap) => told.get(name)?.(object)}
}

test('an object that two pods name is followed once, until the last of them is forgotten', async t => {
  const {objects, calls} = world()
  await objects.follow('a', [reference('game'), reference('other')])
  await objects.follow('b', [reference('game')])
  objects.forget('a')
  t.deepEqual(calls, ['follow game', 'follow other', 'end other'])
  objects.forget('b')
  t.is(calls.at(-1), 'end game')
  t.is(objects.lookup('ConfigMap', {namespace: 'default', name: 'game'}), undefined)
})

test('a change is heard by every pod that names the object, and by no other; the first news are none', async t => {
  const {objects, changes, tell} = world()
  await objects.follow('a', [reference('game')])
  await objects.follow('b', [reference('game'), reference('other')])
  await objects.follow('c', [reference('other')])
  t.deepEqual(changes, [])
  const red = configMap('game', 'red')
  tell('game', red)
  t.deepEqual(changes, ['a', 'b'])
  t.is(objects.lookup('ConfigMap', {namespace: 'default', name: 'game'}), red)
  t.is(objects.lookup('Secret', {namespace: 'default', name: 'game'}), undefined)
  tell('game')
  t.is(objects.lookup('ConfigMap', {namespace: 'default', name: 'game'}), undefined)
})
