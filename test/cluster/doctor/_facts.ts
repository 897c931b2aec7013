import type {Facts} from '../../../src/cluster/doctor/facts.ts'
import {type Machine, machineOf} from '../../../src/cluster/doctor/machine.ts'

/** A machine with nothing the matter: Debian 12 with its own kernel, and root. */
const debian: Facts = {
  rootless: false,
  kernel: '6.1.0-40-amd64',
  architecture: 'x64',
  osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  signs: [],
  firstPidNamespace: true,
  seccomp: 0,
  switches: {},
  hasModules: true,
  tun: 'open',
  memory: {total: 8000, available: 4000},
  versions: {iproute2: 'ip utility, iproute2-6.1.0, libbpf 1.1.2', iptables: 'iptables v1.8.9 (nf_tables)'},
}

const ubuntu = {osRelease: 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\n', kernel: '6.8.0-45-generic'}

/** Machines that people have. */
export const facts = {
  debian,
  ubuntu: {...debian, ...ubuntu},
  firecracker: {...debian, kernel: '6.18.44-fc', hasModules: false, signs: ['/.dockerenv']},
  fedora: {...debian, osRelease: 'PRETTY_NAME="Fedora Linux 42"\nID=fedora\n'},
  wsl: {
    ...debian,
    ...ubuntu,
    kernel: '6.6.87.2-microsoft-standard-WSL2',
    signs: ['WSL_DISTRO_NAME'],
    hasModules: false,
  },
  docker: {...debian, signs: ['/.dockerenv'], firstPidNamespace: false, seccomp: 2, hasModules: false},
  podman: {...debian, signs: ['/run/.containerenv', 'container'], firstPidNamespace: false, hasModules: false},
  dockerDesktop: {...debian, kernel: '6.10.14-linuxkit', signs: ['/.dockerenv'], firstPidNamespace: false, seccomp: 2},
  orbstack: {...debian, kernel: '6.17.8-orbstack-00308-g8f9c941121b1', hasModules: false},
  codespaces: {...debian, ...ubuntu, signs: ['/.dockerenv', 'CODESPACES'], firstPidNamespace: false, hasModules: false},
  runner: {...debian, ...ubuntu, kernel: '6.11.0-1018-azure', signs: ['GITHUB_ACTIONS']},
} as const satisfies Readonly<Record<string, Facts>>

/** One of them, with some of its facts changed. */
export function machine(name: keyof typeof facts, changed: Partial<Facts> = {}): Machine {
  return machineOf({...facts[name], ...changed})
}
