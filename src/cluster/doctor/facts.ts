import {execFile} from 'node:child_process'
import {accessSync, constants, existsSync, readFileSync, readlinkSync} from 'node:fs'
import {arch, freemem, release, totalmem} from 'node:os'
import {systemPath} from '../../kernel/system-path.ts'
import {isRootless} from '../sandbox.ts'

/** What this machine says of itself, as read; what it means is for `machineOf` to say. */
export type Facts = {
  readonly rootless: boolean
  /** As uname -r prints it. */
  readonly kernel: string
  readonly architecture: string
  /** The text of /etc/os-release. */
  readonly osRelease: string
  /** Files and variables that containers and virtual machines leave lying about. */
  readonly signs: readonly string[]
  /** Whether this process sees the first pid namespace, and so is in no container. */
  readonly firstPidNamespace: boolean
  /** The seccomp mode of this process: 0, or 2 for a filter. */
  readonly seccomp: number
  /** The kernel's switches by file name; absent is unknown to this kernel. */
  readonly switches: Readonly<Record<string, string>>
  /** Whether there are modules for this kernel. */
  readonly hasModules: boolean
  readonly tun: 'missing' | 'closed' | 'open'
  /** In MiB. */
  readonly memory: {readonly total: number; readonly available: number}
  /** The first line that each program prints as its version; absent when it is not installed. */
  readonly versions: Readonly<Record<string, string>>
}

/** Reads them. Nothing is changed. */
export async function readFacts(environment: NodeJS.ProcessEnv = process.env): Promise<Facts> {
  return {
    rootless: isRootless(),
    kernel: release(),
    architecture: arch(),
    osRelease: read('/etc/os-release') ?? '',
    signs: [
      ...signFiles.filter(file => existsSync(file)),
      ...signVariables.filter(name => (environment[name] ?? '') !== ''),
    ],
    firstPidNamespace: pidNamespace() === firstPidNamespace,
    seccomp: Number(/^Seccomp:\s*(\d)/m.exec(read('/proc/self/status') ?? '')?.[1] ?? 0),
    switches: Object.fromEntries(
      switchFiles.flatMap(file => {
        const value = read(`/proc/sys/${file}`)?.trim()
        return value === undefined ? [] : [[file, value]]
      }),
    ),
    hasModules: existsSync(`/lib/modules/${release()}/modules.dep`),
    tun: tun(),
    memory: memory(read('/proc/meminfo') ?? ''),
    versions: await versions(),
  }
}

const signFiles = ['/.dockerenv', '/run/.containerenv', '/proc/sys/fs/binfmt_misc/WSLInterop']
const signVariables = ['container', 'CODESPACES', 'GITHUB_ACTIONS', 'WSL_DISTRO_NAME', 'REMOTE_CONTAINERS']
const switchFiles = [
  'kernel/apparmor_restrict_unprivileged_userns',
  'kernel/unprivileged_userns_clone',
  'user/max_user_namespaces',
  'net/ipv4/neigh/default/gc_thresh3',
]

/* PROC_PID_INIT_INO: the kernel gives the first pid namespace this number on every machine. */
const firstPidNamespace = 'pid:[4026531836]'

function pidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

function tun(): Facts['tun'] {
  if (!existsSync('/dev/net/tun')) return 'missing'
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
    return 'open'
  } catch {
    return 'closed'
  }
}

function memory(text: string): Facts['memory'] {
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    total: Math.round((kibibytes('MemTotal') || totalmem() / 1024) / 1024),
    available: Math.round((kibibytes('MemAvailable') || freemem() / 1024) / 1024),
  }
}

async function versions(): Promise<Facts['versions']> {
  const asked = [
    ['iproute2', 'ip', '-V'],
    ['iptables', 'iptables', '--version'],
    ['nft', 'nft', '--version'],
  ] as const
  const answers = await Promise.all(asked.map(async ([name, ...argv]) => [name, await firstLine(argv)] as const))
  return Object.fromEntries(answers.flatMap(([name, line]) => (line === undefined ? [] : [[name, line]])))
}

function firstLine([program, ...words]: readonly [string, ...string[]]): Promise<string | undefined> {
  return new Promise(resolve => {
    execFile(
      program,
      words,
      {timeout: 5000, killSignal: 'SIGKILL', env: {PATH: systemPath, LC_ALL: 'C'}},
      (error, out) => resolve(error ? undefined : (out.split('\n')[0] ?? '')),
    )
  })
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
