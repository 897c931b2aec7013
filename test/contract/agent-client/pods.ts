import type {Pod} from '../../../src/objects/pod.ts'
import {pod, running} from './pod.ts'
import type {ClientContract} from './world.ts'

/** What a node says of its pods. */
export const pods: ClientContract = {
  'what others say of a pod with readiness gates stays, whatever its node reports': async (
    t,
    {client, create, get},
  ) => {
    const gated = {...pod('a'), spec: {...pod('a').spec, readinessGates: [{conditionType: 'example.com/ok'}]}}
    const said = {type: 'example.com/ok', status: 'True'} as const
    const created = (await create({...gated, status: {conditions: [said]}})) as Pod
    const own = {type: 'Ready', status: 'True'} as const
    await client.updateStatus(created, {phase: 'Running', conditions: [own]})
    t.deepEqual(((await get(created)) as Pod).status?.conditions, [own, said])
  },
  'a status takes the place of the one before, and nothing else changes': async (t, {client, create, get}) => {
    const created = (await create(pod('a'))) as Pod
    await client.updateStatus(created, running)
    await client.updateStatus(created, {phase: 'Failed'})
    const found = (await get(created)) as Pod
    t.deepEqual(found.status, {phase: 'Failed'})
    t.deepEqual(found.spec, created.spec)
    t.is(found.metadata.uid, created.metadata.uid)
  },
  'a status is written on what the pod has become meanwhile': async (t, {client, create, get}) => {
    const created = (await create(pod('a'))) as Pod
    await client.updateStatus(created, running)
    await t.notThrowsAsync(
      client.updateStatus(created, {...running, phase: 'Succeeded'}),
      'an old revision is no conflict',
    )
    t.is(((await get(created)) as Pod).status?.phase, 'Succeeded')
  },
  'the status of a pod that is gone is passed over': async (t, {client, create, remove}) => {
    const created = (await create(pod('a'))) as Pod
    await remove(created)
    await t.notThrowsAsync(client.updateStatus(created, running))
    await t.notThrowsAsync(client.confirmDeletion(created))
  },
  'another pod of the same name is left alone': async (t, {client, create, remove, get}) => {
    const old = (await create(pod('a'))) as Pod
    await remove(old)
    const young = (await create(pod('a'))) as Pod
    await client.updateStatus(old, {phase: 'Failed'})
    await client.confirmDeletion(old)
    const found = (await get(young)) as Pod
    t.is(found.metadata.uid, young.metadata.uid)
    t.not(found.status?.phase, 'Failed')
  },
  'a deletion that is confirmed takes the pod out': async (t, {client, create, get}) => {
    const created = (await create(pod('a'))) as Pod
    await client.confirmDeletion(created)
    t.is(await get(created), undefined)
  },
}
