import type {IpvsChange, IpvsTable} from '../ipvs/table.ts'
import {type FakeNetns, Refusal} from './world.ts'

/** A namespace's virtual servers after a change. The kernel changes none that is not there, and knows of no Services. */
export function changeServers({servers}: FakeNetns, {commands, set, remove}: IpvsChange): IpvsTable {
  const made = new Set(
    commands.filter(line => line.startsWith('-A ')).map(line => line.split(' ', 3).slice(1).join(' ')),
  )
  if (Object.keys(set).some(key => !(key in servers) && !made.has(key))) throw new Refusal('No such service')
  const next = new Map(Object.entries(servers))
  for (const [key, {service: _service, ...server}] of Object.entries(set)) next.set(key, server)
  for (const key of remove) next.delete(key)
  return Object.fromEntries(next)
}
