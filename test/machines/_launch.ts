import {spawnSync} from 'node:child_process'
import {chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

export const launcher = join(import.meta.dirname, '../../podlab')

/** Whether this machine lets a test cover folders of the system with its own. */
export const mayCover =
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'mount', '-t', 'tmpfs', 't', '/usr/sbin']).status === 0

/** A machine that consists of a few programs of the real one and of pretended ones, and a checkout with the real launcher. */
export type Pretended = {
  readonly checkout: string
  launch(words?: readonly string[], how?: {program?: string; environment?: NodeJS.ProcessEnv}): Launched
  /** What the pretended programs were called with, a line each. */
  called(): readonly string[]
  write(path: string, text: string): void
  remove(): void
}

export type Launched = {readonly code: number | null; readonly stdout: string; readonly stderr: string}

/** What podlab's launcher uses of the system itself; an essential part of every Debian. */
const essential = [
  'sh',
  'readlink',
  'head',
  'grep',
  'tail',
  'cat',
  'id',
  'stat',
  'uname',
  'env',
  'flock',
  'mkdir',
  'touch',
  'echo',
]

/** Every program that podlab wants but those that come with Debian's node and npm. */
export const wanted =
  'ip bridge tc ss iptables-restore nft ipset conntrack ipvsadm unshare nsenter ps sysctl curl tcpdump dig ping busybox'.split(
    ' ',
  )

/** `has` are programs that do nothing; `scripts` are programs that do what their text says. */
export function pretend({
  has = wanted,
  scripts = {},
  root = true,
}: {
  has?: readonly string[]
  scripts?: Readonly<Record<string, string>>
  root?: boolean
}): Pretended {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-launch-'))
  const log = join(folder, 'calls')
  const bin = join(folder, 'bin')
  const checkout = join(folder, 'checkout')
  const write = (path: string, text: string) => {
    mkdirSync(join(path, '..'), {recursive: true})
    writeFileSync(path, text)
    chmodSync(path, 0o755)
  }
  for (const name of essential) write(join(bin, name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`)
  for (const name of has) write(join(bin, name), '#!/bin/sh\n')
  for (const [name, text] of Object.entries(scripts))
    write(join(bin, name), `#!/bin/sh\necho "${name} $*" >>${log}\n${text}\n`)
  write(join(bin, 'id'), `#!/bin/sh\necho ${root ? 0 : 1000}\n`)
  write(join(checkout, 'src/main.ts'), '')
  write(join(checkout, 'package-lock.json'), '{}')
  write(join(checkout, 'node_modules/.bin/node'), '#!/bin/sh\necho "node $*"\n')
  write(join(checkout, 'node_modules/.package-lock.json'), '{}')
  copyFileSync(launcher, join(checkout, 'podlab'))
  return {
    checkout,
    launch: (words = [], {program = join(checkout, 'podlab'), environment = {}} = {}) => {
      const covered = ['/usr/sbin', '/usr/local/sbin'].filter(place => existsSync(place))
      const cover = `${covered.map(place => `mount -t tmpfs t ${place} && `).join('')}PATH=$0 exec "$@"`
      const {status, stdout, stderr} = spawnSync(
        'unshare',
        ['--user', '--map-root-user', '--mount', 'sh', '-c', cover, bin, program, ...words],
        {
          encoding: 'utf8',
          timeout: 120_000,
          cwd: '/',
          env: {PATH: process.env.PATH, HOME: folder, ...environment},
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
      return {code: status, stdout, stderr}
    },
    called: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    write,
    remove: () => rmSync(folder, {recursive: true, force: true}),
  }
}
