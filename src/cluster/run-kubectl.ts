import {mkdtemp, rm} from 'node:fs/promises'
import {constants, tmpdir} from 'node:os'
import {join} from 'node:path'
import {execa} from 'execa'
import type {ExecResult, KubectlOptions} from './lab-handle.ts'
import type {Session} from './session.ts'

/** There is no kubectl, or it cannot be started; the message says where to get one. */
export class NoKubectlError extends Error {
  override readonly name = 'NoKubectlError'
  readonly code = 'ENOKUBECTL'
}

/** What to do where no kubectl is installed. */
export const noKubectl = `there is no kubectl on the PATH. Install it as https://kubernetes.io/docs/tasks/tools/ says
(Debian and Ubuntu: apt install kubernetes-client), or do with podlab's own commands: podlab get, logs, exec`

/**
 * Runs the kubectl of the PATH on a lab. A timed-out one is killed and counts as code 124. What it remembers of the server it would
 * leave in the home folder, for a lab that is gone; here it has a folder that goes with it.
 */
export async function runKubectl(
  {kubeconfig}: Pick<Session, 'kubeconfig'>,
  words: readonly string[],
  {folder, timeoutMs, signal, onOutput}: KubectlOptions,
): Promise<ExecResult> {
  const cache = await mkdtemp(join(tmpdir(), 'podlab-kubectl-'))
  try {
    const child = execa('kubectl', words, {
      cwd: folder,
      env: {KUBECONFIG: kubeconfig, KUBECACHEDIR: cache},
      stdin: 'ignore',
      reject: false,
      stripFinalNewline: false,
      ...(timeoutMs !== undefined && {timeout: timeoutMs}),
      ...(signal && {cancelSignal: signal}),
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => onOutput?.(String(chunk)))
    const {exitCode, timedOut, signal: endedBy, code, shortMessage, stdout, stderr} = await child
    signal?.throwIfAborted()
    const number = timedOut ? 124 : (exitCode ?? (endedBy && 128 + constants.signals[endedBy]))
    if (number === undefined) throw notStarted({code, shortMessage})
    return {code: number, stdout: stdout ?? '', stderr: stderr ?? ''}
  } finally {
    await rm(cache, {recursive: true, force: true})
  }
}

/** Why kubectl did not even begin. */
export function notStarted({
  code,
  shortMessage,
}: {
  code?: string | undefined
  shortMessage?: string | undefined
}): NoKubectlError {
  return new NoKubectlError(code === 'ENOENT' ? noKubectl : `kubectl could not be started: ${shortMessage}`)
}
