import type {User} from './call.ts'

/** The user that a client certificate's subject names: its common name, and its organizations as groups. */
export function userOf(subject: {readonly CN?: string | string[]; readonly O?: string | string[]}): User | undefined {
  const name = [subject.CN ?? []].flat().at(-1)
  return name ? {name, groups: [...[subject.O ?? []].flat(), 'system:authenticated']} : undefined
}
