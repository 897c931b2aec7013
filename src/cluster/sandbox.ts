import {type ChildProcess, spawn} from 'node:child_process'
import {systemPath} from '../kernel/system-path.ts'
import type {Session} from './session.ts'

/**
 * One lab, one sandbox: mount, pid, net, uts and ipc namespaces (and a user namespace where the caller is not root), whose first
 * process is the lab's daemon. When that process ends, the kernel ends every other in the pid namespace, and with the last one
 * go all namespaces, links, routes and rules. Nothing has to be undone.
 *
 * Outside stays one small process, the keeper: it makes the session's folder, waits for the sandbox and removes the folder. A lock
 * on a file in the folder is the proof of life: keeper and daemon hold it, and the kernel lets go of it for them, however
 * they end. So a folder whose lock is free is nobody's, and two labs of one name cannot start at the same time.
 */
export function startSandbox({
  session,
  program,
  sockets,
  waitMs,
  kept = '',
}: {
  session: Session
  program: readonly string[]
  /** The descriptors of the host's sockets that the daemon gets: those that the API server shall listen on, and one to ask DNS servers by. */
  sockets: readonly number[]
  /** How long to wait for a lab of the same name that is just ending. */
  waitMs: number
  /** The folder in which the lab is kept. */
  kept?: string | undefined
}): ChildProcess {
  return spawn(
    '/bin/sh',
    ['-c', keeperScript, 'podlab-keeper', session.folder, `${waitMs / 1000}`, kept, ...unshareArguments(), ...program],
    {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore', 'pipe', 'ignore', ...sockets],
      env: {...process.env, PATH: systemPath, LC_ALL: 'C'},
    },
  )
}

/** The first of those sockets, as the daemon knows it. */
export const firstSocket = 5

/** How the keeper ends when the session is somebody else's. */
export const sessionTaken = 75

/** How a daemon ends when what is kept of its lab is to stay. */
export const endedButKept = 76

/*
 * Standard input is the daemon's life line, descriptor 3 its messages, and 5 (and 6) the sockets of its API server, which are the host's
 * although the daemon has a network of its own; one more, if any, asks DNS servers outside. Standard output tells why nothing came of it. The
 * second attempt is for a folder that its last holder removed while we waited. Only a keeper that was killed leaves a socket for the next
 * one to remove. A folder that somebody took away may be another lab's by the end. What is kept of a lab goes when it ends well, or was
 * never up. The last rmdir refuses while there is another session.
 */
const keeperScript = `folder=$1 wait=$2 kept=$3; shift 3
exec 2>&1
claim() {
  (umask 077 && mkdir -p -- "$folder") && command exec 4>>"$folder/lock" || return
  flock --timeout "$wait" 4 || exit ${sessionTaken}
  [ "$folder/lock" -ef /proc/self/fd/4 ]
}
claim || claim || exit
[ ! -e "$folder/control.sock" ] || rm -f -- "$folder/control.sock" "$folder/state.json"
"$@" >>"$folder/daemon.log" 2>&1
code=$?
exec 3>&- 5>&- 6>&-
[ $code = 0 ] || tail -n 5 -- "$folder/daemon.log"
exec >/dev/null 2>&1
if [ "$kept" ] && { [ $code = 0 ] || [ ! -e "$kept/lab.json" ]; }; then rm -rf -- "$kept"; rmdir -- "\${kept%/*}"; fi
[ ! "$folder/lock" -ef /proc/self/fd/4 ] || rm -rf -- "$folder"
rmdir -- "\${folder%/*}"
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
