import type {Facts} from './facts.ts'

/** What kind of machine this is, as far as remedies differ. */
export type Machine = {
  readonly place: Place
  /** The name that the distribution gives itself. */
  readonly distribution: string
  readonly installs: Installer
  readonly rootless: boolean
  /** Whether a module can be loaded here at all, by root. */
  readonly loadsModules: boolean
  readonly facts: Facts
}

/** Where podlab runs. `plain` is a machine, virtual or not, with a kernel of its own. */
export type Place = 'plain' | 'wsl' | 'codespaces' | 'docker-desktop' | 'orbstack' | 'github-actions' | 'container'

/** The program that installs packages here; `unknown` where podlab does not know it. */
export type Installer = 'apt-get' | 'dnf' | 'zypper' | 'pacman' | 'apk' | 'unknown'

export function machineOf(facts: Facts): Machine {
  const place = placeOf(facts)
  const ids = [osRelease(facts, 'ID'), ...osRelease(facts, 'ID_LIKE').split(' ')]
  return {
    place,
    distribution: osRelease(facts, 'PRETTY_NAME') || 'an unknown Linux',
    installs: installers.find(([id]) => ids.includes(id))?.[1] ?? 'unknown',
    rootless: facts.rootless,
    loadsModules: facts.hasModules && (place === 'plain' || place === 'wsl' || place === 'github-actions'),
    facts,
  }
}

/* A file of Docker's lies about in machines that were made from an image, too: what counts is the pid namespace. */
function placeOf({signs, kernel, firstPidNamespace}: Facts): Place {
  const has = (sign: string) => signs.includes(sign)
  if (has('CODESPACES')) return 'codespaces'
  if (/orbstack/i.test(kernel)) return 'orbstack'
  if (/linuxkit/i.test(kernel)) return 'docker-desktop'
  const contained = !firstPidNamespace && ['/.dockerenv', '/run/.containerenv', 'container'].some(has)
  if (contained) return 'container'
  if (/microsoft/i.test(kernel) || has('WSL_DISTRO_NAME')) return 'wsl'
  if (has('GITHUB_ACTIONS')) return 'github-actions'
  return 'plain'
}

const installers: readonly (readonly [string, Installer])[] = [
  ['debian', 'apt-get'],
  ['ubuntu', 'apt-get'],
  ['fedora', 'dnf'],
  ['rhel', 'dnf'],
  ['suse', 'zypper'],
  ['arch', 'pacman'],
  ['alpine', 'apk'],
]

function osRelease({osRelease}: Facts, key: string): string {
  return new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
}
