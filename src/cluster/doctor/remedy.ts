import type {Machine} from './machine.ts'

/** What to do about a thing that is missing, and on which machines. One without `when` is for those that no other fits. */
export type Remedy = {readonly when?: (machine: Machine) => boolean; readonly say: (machine: Machine) => string}

/** The remedies that fit this machine, in order. */
export function remediesFor(remedies: readonly Remedy[], machine: Machine): readonly string[] {
  const fitting = remedies.filter(({when}) => when?.(machine))
  return (fitting.length > 0 ? fitting : remedies.filter(({when}) => when === undefined)).map(({say}) => say(machine))
}

/** For what a kernel module brings. */
export function loadModules(...names: readonly string[]): readonly Remedy[] {
  const load = `modprobe ${names.length > 1 ? '-a ' : ''}${names.join(' ')}`
  return [
    {
      when: ({place}) => ownKernel[place] !== undefined,
      say: ({place}) => `${ownKernel[place]}: a virtual machine can do it (docs/machines.md)`,
    },
    {
      when: ({place}) => place === 'container',
      say: () => `On the machine that the container runs on, as root, type: ${load}`,
    },
    {
      when: ({place, loadsModules}) => place === 'wsl' && !loadsModules,
      say: () => `This kernel of WSL has no modules. On Windows, type: wsl --update; then, as root here: ${load}`,
    },
    {
      when: ({place, loadsModules}) => place === 'wsl' && loadsModules,
      say: () => `As root, type: ${load} (if there is no such module, on Windows: wsl --update)`,
    },
    {
      when: ({place, loadsModules}) => (place === 'plain' || place === 'github-actions') && !loadsModules,
      say: () =>
        'This kernel was built without it and has no modules: a virtual machine can do it (podlab vm, docs/machines.md)',
    },
    {
      when: ({place, loadsModules, distribution}) => place === 'plain' && loadsModules && /Ubuntu/.test(distribution),
      say: ({facts}) =>
        `As root, type: ${load} (if there is no such module: apt-get install linux-modules-extra-${facts.kernel})`,
    },
    {say: () => `As root, type: ${load}`},
  ]
}

/* Kernels that load no module, whoever asks. */
const ownKernel: Partial<Record<Machine['place'], string>> = {
  codespaces: "A codespace's kernel loads no modules",
  'docker-desktop': "Docker Desktop's kernel has what it has",
  orbstack: "OrbStack's kernel has what it has",
}

/** For what the kernel lets nobody do but the machine's own root: the sandbox's root is not that. */
export function onlyRoot(otherwise: readonly Remedy[]): readonly Remedy[] {
  return [
    {
      when: ({rootless}) => rootless,
      say: () => "The kernel lets only the machine's own root do this: sudo ./podlab ...",
    },
    ...otherwise.map(({when, say}) => ({
      ...(when && {when: (machine: Machine) => !machine.rootless && when(machine)}),
      say,
    })),
  ]
}

/** For a program that is not installed; named by its Debian package. */
export function installPackage(name: string): readonly Remedy[] {
  return [
    {when: ({installs}) => installs === 'apt-get', say: () => `As root, type: apt-get install ${name}`},
    {say: () => `Install what your system calls Debian's package ${name}`},
  ]
}

/** For a machine that lets nobody make a sandbox, or not an ordinary user. */
export const allowNamespaces: readonly Remedy[] = [
  {
    when: ({rootless, facts}) => rootless && facts.switches['kernel/apparmor_restrict_unprivileged_userns'] === '1',
    say: () =>
      'Ubuntu lets no ordinary user make namespaces. As root, type: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    when: ({rootless, facts}) => rootless && facts.switches['kernel/unprivileged_userns_clone'] === '0',
    say: () =>
      'User namespaces are switched off for ordinary users. As root, type: sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    when: ({rootless, facts}) => rootless && facts.switches['user/max_user_namespaces'] === '0',
    say: () => 'This machine allows no user namespaces. As root, type: sysctl -w user.max_user_namespaces=15000',
  },
  {
    when: ({place, facts}) => inContainer(place) && facts.seccomp === 2,
    say: () =>
      "The container's seccomp profile, Docker's own for one, forbids namespaces. Start it with --privileged (docs/machines.md)",
  },
  {
    when: ({place, facts}) => inContainer(place) && facts.seccomp !== 2,
    say: () => 'The container has not the right to make namespaces. Start it with --privileged (docs/machines.md)',
  },
  {
    when: ({place, rootless}) => rootless && !inContainer(place),
    say: () => 'Or run podlab as root: sudo ./podlab ...',
  },
  {say: () => 'podlab runs as root here, so a security module forbids it: run podlab outside of it.'},
]

function inContainer(place: Machine['place']): boolean {
  return place === 'container' || place === 'codespaces' || place === 'docker-desktop' || place === 'orbstack'
}

/** For a device of tunnels that is missing, or that only root may open. */
export const openTun: readonly Remedy[] = [
  {
    when: ({place, facts}) => facts.tun === 'missing' && inContainer(place),
    say: () => 'Start the container with --device /dev/net/tun',
  },
  {
    when: ({place, facts}) => facts.tun === 'missing' && !inContainer(place),
    say: () => 'As root, type: modprobe tun',
  },
  {
    when: ({facts}) => facts.tun === 'closed',
    say: () => 'Only root may open /dev/net/tun here, as udev would not have it. As root, type: chmod 666 /dev/net/tun',
  },
  {say: () => 'Run podlab as root: sudo ./podlab ...'},
]
