import type {KubeObjectAny} from '../../../src/objects/kinds.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {pod} from './pod.ts'
import type {ClientContract} from './world.ts'

/** Tokens for the accounts of pods. */
export const tokens: ClientContract = {
  'a token is made for a service account that is there, and refused for one that is not': async (
    t,
    {client, create},
  ) => {
    await create(account)
    const created = (await create(podOf('a', 'builder'))) as Pod
    const {token, expires} = await client.requestToken(created, {audience: 'vault', expirationSeconds: 600})
    t.true(token.length > 0)
    t.true(expires > 0)
    const homeless = (await create(podOf('b', 'nobody'))) as Pod
    await t.throwsAsync(client.requestToken(homeless, {}), {message: 'serviceaccounts "nobody" not found'})
  },
}

const podOf = (name: string, serviceAccountName: string): Pod => ({
  ...pod(name),
  spec: {...pod(name).spec, serviceAccountName},
})

const account: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {name: 'builder', namespace: 'default'},
}
