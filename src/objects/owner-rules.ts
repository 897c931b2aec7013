import type {OwnerReference} from './kube-object.ts'
import {invalid, invalidText, type Mistake} from './mistake.ts'

const place = ['metadata', 'ownerReferences']

/** What is wrong with the objects that an object says it belongs to. Kubernetes names the list, not which of them it is. */
export function ownerMistakes(owners: readonly OwnerReference[]): Mistake[] {
  return owners.flatMap((owner, index) => [...fieldMistakes(owner, index), ...eventMistakes(owner, index)])
}

const words = {apiVersion: 'version', kind: 'kind', name: 'name', uid: 'uid'} as const

function fieldMistakes(owner: OwnerReference, index: number): Mistake[] {
  return (['apiVersion', 'kind', 'name', 'uid'] as const).flatMap(field =>
    owner[field]
      ? []
      : [{...invalid([...place, index, field], '', `${words[field]} must not be empty`), printed: [...place, field]}],
  )
}

/** Events come and go by themselves. */
function eventMistakes(owner: OwnerReference, index: number): Mistake[] {
  const {apiVersion, kind} = owner
  if (kind !== 'Event' || apiVersion !== 'v1') return []
  const why = `/${apiVersion}, Kind=${kind} is disallowed from being an owner`
  return [{...invalidText([...place, index], goOwner(owner), why), printed: place}]
}

function goOwner({apiVersion, kind, name, uid}: OwnerReference): string {
  const texts = `APIVersion:"${apiVersion}", Kind:"${kind}", Name:"${name}", UID:"${uid}"`
  return `v1.OwnerReference{${texts}, Controller:(*bool)(nil), BlockOwnerDeletion:(*bool)(nil)}`
}
