import {spawn} from 'node:child_process'
import {text} from 'node:stream/consumers'
import {systemPath} from '../../src/kernel/system-path.ts'
import type {Caller} from '../trace/_calls.ts'
import {type Account, handedDown} from './_podlab.ts'

/**
 * How a program comes into the network of somebody in the lab, and nothing else of theirs: by a process that lives there. Throws when nobody
 * does, so that no call is ever made from anywhere else.
 */
export async function wayInto({
  account,
  daemon,
  uids,
}: {
  account: Account
  daemon: number
  uids: ReadonlyMap<string, string>
}) {
  const user = account.name === 'root' ? [] : ['--user', '--preserve-credentials']
  const inside = [...account.way, 'nsenter', `--target=${daemon}`, ...user, '--mount', '--']
  const listed = await run([...inside, 'sh', '-c', 'stat -L -c "%i %n" /run/netns/*'])
  const networks = new Map(
    listed
      .trim()
      .split('\n')
      .map(line => [line.replace(/^.*\//, ''), line.split(' ')[0]]),
  )
  const residents = new Map(
    (await run([...account.way, 'sh', '-c', 'stat -L -c "%i %n" /proc/[0-9]*/ns/net 2>/dev/null']))
      .trim()
      .split('\n')
      .map(line => [line.split(' ')[0], line.split('/')[2]]),
  )
  return (from: Caller): readonly string[] => {
    const name = from === 'laptop' ? from : 'pod' in from ? `pod-${uids.get(from.pod)}` : from.node
    const pid = residents.get(networks.get(name))
    if (pid === undefined) throw new Error(`nobody lives in the network of ${name}`)
    return [...account.way, 'nsenter', `--target=${pid}`, ...user, '--net', '--']
  }
}

/** What a program prints. */
export async function run([program = '', ...words]: readonly string[]): Promise<string> {
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    env: {PATH: systemPath, ...handedDown},
  })
  return text(child.stdout)
}
