import {spawnSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import koffi from 'koffi'
import {systemPath} from '../../src/kernel/system-path.ts'

/** What podlab must leave as it was, as lines of text by subject. */
export type Picture = Readonly<Record<string, readonly string[]>>

/*
 * Whoever loses its parent becomes a child of the nearest ancestor that asks for it, or else of init: with this, everything
 * that podlab ever started stays a descendant of this test, however its parents died, and is told from other people's
 * processes.
 */
const adoptOrphans = 36
koffi.load('libc.so.6').func('int prctl(int option, ulong value)')(adoptOrphans, 1)

/** A process that this test has started, by whichever ways. */
export type Descendant = {readonly pid: number; readonly command: readonly string[]}

/** All of them that live; those that ended and that nobody has waited for do not count. */
export function descendants(): readonly Descendant[] {
  const children = new Map<number, number[]>()
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const [state, parent] = readOr('', `/proc/${pid}/stat`)
      .replace(/^.*\) /s, '')
      .split(' ')
    if (state !== undefined && parent !== undefined && !'ZX'.includes(state))
      children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(pid)])
  }
  const below = (pid: number): readonly number[] => (children.get(pid) ?? []).flatMap(child => [child, ...below(child)])
  return below(process.pid).map(pid => ({pid, command: readOr('', `/proc/${pid}/cmdline`).split('\0').slice(0, -1)}))
}

/**
 * The host as it is now: what nobody may change at all (links, addresses, routes, rules, mounts), and of processes and
 * files those that are this test's. `way` leads into another place, to show that the picture can show something.
 */
export function hostPicture(folder: string, way: readonly string[] = []): Picture {
  const tool = (...command: readonly string[]) => linesOf([...way, ...command])
  return {
    links: tool('ip', '-details', '-oneline', 'link').map(line => line.replace(/ \w+_timer +[\d.]+/g, '')),
    namespaces: tool('ip', 'netns'),
    addresses: tool('ip', '-oneline', 'address').map(line => line.replace(/ \w+_lft \d+sec/g, '')),
    routes: tool('ip', 'route', 'show', 'table', 'all').map(line => line.replace(/ expires \d+sec/g, '')),
    'routing rules': tool('ip', 'rule'),
    neighbours: tool('ip', 'neighbour', 'show', 'nud', 'permanent'),
    iptables: tool('iptables-save')
      .filter(line => !line.startsWith('#'))
      .map(withoutCounters),
    nftables: tool('nft', 'list', 'ruleset').map(withoutCounters),
    sysctls: tool('sysctl', 'net.ipv4.ip_forward', 'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.forwarding'),
    mounts: tool('cat', '/proc/self/mountinfo'),
    processes: descendants()
      .map(({command}) => command.join(' '))
      .filter(command => command !== ''),
    'temporary files': [...everythingIn(folder), ...systemFolders.flatMap(namesIn)],
  }
}

/** What is there only now (+) and what was there only before (-), by subject; empty when nothing has changed. */
export function difference(before: Picture, after: Picture): Picture {
  const changed = Object.keys({...before, ...after}).map(subject => {
    const [was, is] = [before[subject] ?? [], after[subject] ?? []]
    const gone = was.filter(line => !is.includes(line)).map(line => `- ${line}`)
    const come = is.filter(line => !was.includes(line)).map(line => `+ ${line}`)
    return [subject, [...gone, ...come]] as const
  })
  return Object.fromEntries(changed.filter(([, lines]) => lines.length > 0))
}

/* Other people's labs have their sessions in /run/podlab. */
const systemFolders = ['/run', '/dev/shm']

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => name !== 'podlab')
    .map(name => join(folder, name))
}

function everythingIn(folder: string): readonly string[] {
  return readdirSync(folder, {recursive: true, encoding: 'utf8'}).map(name => join(folder, name))
}

function withoutCounters(line: string): string {
  return line.replace(/\[\d+:\d+\]/, '').replace(/packets \d+ bytes \d+/, '')
}

/* A tool that fails, for want of rights or of itself, says the same before and after. */
function linesOf([program = '', ...words]: readonly string[]): readonly string[] {
  const {stdout, stderr, error} = spawnSync(program, words, {encoding: 'utf8', env: {PATH: systemPath, LC_ALL: 'C'}})
  return `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.split('\n').filter(line => line !== '')
}

function readOr(otherwise: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
