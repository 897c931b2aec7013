import {existsSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import type {Child, Children} from '../../kernel/children.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {netnsPath} from '../../kernel/netns-path.ts'
import {layout} from './layout.ts'
import {nodeMounts, nodePause} from './node-mounts.ts'
import type {HoldQuestion} from './protocol.ts'

/* The processes that own namespaces, by the name of their network namespace. */
const owners = new Map<string, Child>()

/**
 * Starts a process that owns new namespaces. Their names under /run/netns are links to the owner's namespace: unlike binds they
 * cost no mount, and those every container copies. `died` hears when the owner ends before it is released.
 */
export async function hold(
  {namespaces, children}: {readonly namespaces: Namespaces; readonly children: Children},
  {netns, hostname, as, sharesProcesses = false, ipv6 = false}: HoldQuestion,
  died: (code: number) => void,
): Promise<{pid: number}> {
  const name = netnsPath(netns)
  if (existsSync(name)) throw new Error(`there is a network namespace ${netns} already`)
  const further = as === 'node' ? ['mnt' as const] : sharesProcesses ? ['pid' as const] : []
  const child = namespaces.within({make: ['net', 'uts', 'ipc', ...further]}, () => {
    namespaces.syscalls.sethostname(hostname)
    if (as === 'node') nodeMounts(namespaces.syscalls, hostname)
    else if (ipv6) withIpv6()
    else withoutIpv6()
    const program = as === 'node' ? nodePause : `${layout.programs}/pause`
    const argv0 = as === 'node' ? `node:${hostname}` : '/pause'
    const descriptors = ['null', 'null', 'null'] as const
    const common = {environment: {}, workingDirectory: '/', descriptors, ownSession: true}
    return children.start({...common, file: program, argv: [argv0]})
  })
  const {pid} = child
  owners.set(netns, child)
  symlinkSync(`/proc/${pid}/ns/net`, name)
  void child.ended.then(code => {
    if (owners.get(netns) === child) died(code)
  })
  return {pid}
}

/** Ends what `hold` began; what is not there is no failure. */
export async function release(netns: string): Promise<Record<never, never>> {
  rmSync(netnsPath(netns), {force: true})
  const owner = owners.get(netns)
  owners.delete(netns)
  if (owner?.kill('SIGKILL')) await owner.ended
  return {}
}

/* What is plugged in is ready at once: nobody is asked whether he has the link's own address, and no router whether there is one. */
function withIpv6(): void {
  for (const name of ['accept_dad', 'accept_ra']) writeFileSync(`/proc/sys/net/ipv6/conf/default/${name}`, '0')
}

/* As docker does for its containers; a kernel that has no IPv6 has no such switch. */
function withoutIpv6(): void {
  const all = '/proc/sys/net/ipv6/conf/all/disable_ipv6'
  if (existsSync(all)) writeFileSync(all, '1')
}
