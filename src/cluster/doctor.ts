import {execFile} from 'node:child_process'
import {systemPath} from '../kernel/system-path.ts'
import {type Probe, probes} from './probes.ts'
import {unshareArguments} from './sandbox.ts'

/** What a probe found: whether the machine can, and if not what the tool said. */
export type Finding = {readonly probe: Probe; readonly able: boolean; readonly said: string}

/** Tries everything that podlab wants of this machine, each thing in a scratch sandbox of its own. */
export function examine(): Promise<readonly Finding[]> {
  return Promise.all(probes.map(examineOne))
}

function examineOne(probe: Probe): Promise<Finding> {
  const [unshare = 'unshare', ...words] = unshareArguments()
  return new Promise(resolve => {
    execFile(
      unshare,
      [...words, '/bin/sh', '-c', probe.script],
      {timeout: 10_000, killSignal: 'SIGKILL', cwd: '/', env: {PATH: systemPath, LC_ALL: 'C'}},
      (error, _stdout, stderr) => resolve({probe, able: error === null, said: stderr.trim().split('\n')[0] ?? ''}),
    )
  })
}
