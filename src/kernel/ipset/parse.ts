import {type IpSet, type IpSets, ipSetTypes} from './set.ts'

/** Text that is no output of `ipset save`. */
export class IpSetError extends Error {
  override readonly name = 'IpSetError'
}

/**
 * Reads what `ipset save` prints, entries sorted. Sets of kinds that podlab does not make are left out: they are others'. Throws IpSetError
 * with the line.
 */
export function parseIpSets(text: string): IpSets {
  const sets = new Map<string, Growing | undefined>()
  for (const line of text.split('\n')) if (line !== '') read(line, sets)
  return Object.fromEntries(
    [...sets].flatMap(([name, set]) => (set ? [[name, {type: set.type, entries: set.entries.toSorted()}]] : [])),
  )
}

/* A set as far as it has been read; one of others' has nothing. */
type Growing = {readonly type: IpSet['type']; readonly entries: string[]}

function read(line: string, sets: Map<string, Growing | undefined>): void {
  const [verb, name = '', word = '', ...rest] = line.split(' ')
  if ((verb !== 'create' && verb !== 'add') || word === '') throw new IpSetError(`"${line}" is no line of ipset save`)
  if (verb === 'create') {
    const type = rest.includes('inet6') ? undefined : ipSetTypes.find(type => type === word)
    sets.set(name, type && {type, entries: []})
    return
  }
  if (!sets.has(name)) throw new IpSetError(`"${line}" adds to a set that was not created`)
  sets.get(name)?.entries.push(word)
}
