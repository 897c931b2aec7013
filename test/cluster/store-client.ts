import test from 'ava'
import {type IssueToken, storeClient} from '../../src/cluster/store-client.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {pod} from '../contract/agent-client/pod.ts'
import type {ClientWorld} from '../contract/agent-client/world.ts'
import {agentClientContract} from '../contract/agent-client.ts'

const issueToken: IssueToken = async ({metadata}, pod, {expirationSeconds = 0}) => ({
  token: `${metadata.name} for ${pod.metadata.name}`,
  expires: expirationSeconds * 1000,
})

function storeWorld(historyLimit = 100) {
  let uids = 0
  const store = memoryStore({clock: () => 0, uid: () => `uid-${++uids}`, historyLimit})
  for (const name of ['default', 'kube-node-lease'])
    store.create({apiVersion: 'v1', kind: 'Namespace', metadata: {name}})
  const world: ClientWorld = {
    client: storeClient(store, issueToken),
    create: async object => store.create(object),
    remove: async ({kind, metadata}) => void store.delete(kind, metadata),
    get: async ({kind, metadata: {namespace, name}}) => store.get(kind, {namespace, name}),
  }
  return {...world, store}
}

for (const [title, exec] of Object.entries(agentClientContract)) test(title, t => exec(t, storeWorld()))

test('a revision that the store has forgotten is an error, so that the agent lists again', async t => {
  const {client, store} = storeWorld(2)
  for (let index = 0; index < 6; index++) store.create(pod(`pod-${index}`))
  await t.throwsAsync(client.changes(0, new AbortController().signal), {message: /too old resource version/})
})
