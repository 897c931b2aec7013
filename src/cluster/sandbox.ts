import {type ChildProcess, spawn} from 'node:child_process'
import {openSync} from 'node:fs'
import {systemPath} from '../kernel/system-path.ts'
import type {Session} from './session.ts'

/**
 * One lab, one sandbox: mount, pid, net, uts and ipc namespaces (and a user namespace where the caller is not root), whose first
 * process is the lab's daemon. When that process ends, the kernel ends every other in the pid namespace, and with the last one
 * go all namespaces, links, routes and rules. Nothing has to be undone.
 *
 * Outside stays one small process, the keeper: it waits for the sandbox and removes the session's folder.
 */
export function startSandbox({session, program}: {session: Session; program: readonly string[]}): Sandbox {
  const log = openSync(session.log, 'a+', 0o600)
  const keeper = spawn(
    '/bin/sh',
    ['-c', keeperScript, 'podlab-keeper', session.folder, ...unshareArguments(), ...program],
    {
      cwd: '/',
      detached: true,
      stdio: ['pipe', log, log, 'pipe'],
      env: {...process.env, PATH: systemPath, LC_ALL: 'C'},
    },
  )
  return {keeper, log}
}

/** The keeper's process, with the life line on its standard input and the daemon's messages on descriptor 3; and the log, open. */
export type Sandbox = {readonly keeper: ChildProcess; readonly log: number}

/* The folder of all sessions goes with the last of them; rmdir refuses while there is another. */
const keeperScript = `folder=$1; shift
"$@" 3>&3
code=$?
exec 3>&-
rm -rf -- "$folder"
rmdir -- "\${folder%/*}" 2>/dev/null
exit $code`

/** Whether the sandbox needs a user namespace: everybody's but root's. */
export function isRootless(): boolean {
  return process.getuid?.() !== 0
}

/** The command that makes a sandbox; the program to run in it follows. */
export function unshareArguments(): readonly string[] {
  const user = isRootless() ? ['--user', '--map-root-user'] : []
  const kinds = ['--mount', '--pid', '--net', '--uts', '--ipc']
  return ['unshare', ...user, ...kinds, '--propagation', 'private', '--fork', '--kill-child', '--']
}
