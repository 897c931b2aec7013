import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import test from 'ava'

/* A real kube-apiserver with its etcd, in a network namespace of its own, which podlab's agent makes a node. */
const reason = whyNot()

if (reason) test.skip(`joining a real kube-apiserver: ${reason}`, () => undefined)
else
  test('a node joins a real kube-apiserver by its API: pods run, Services work, and an agent takes up where it was', t => {
    const words = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
    const host = join(import.meta.dirname, '_join-host.ts')
    const {stdout} = spawnSync('unshare', [...words, '--', process.execPath, host], {
      encoding: 'utf8',
      timeout: 400_000,
    })
    t.deepEqual(stdout.trim().split('\n'), [
      'node node1 ready, podlab://0.1',
      'pod web Running 172.17.1.2',
      "by its address: You've hit web",
      "by the Service: You've hit web",
      'lease of node1',
      'events Pulled Created Started',
      "after a restart of the agent: same address true, You've hit web",
      'pod web gone',
    ])
  })

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'the tests do not run as root'
  const missing = ['kube-apiserver', 'etcd'].filter(program => spawnSync(program, ['--version']).error)
  return missing.length > 0 ? `not on the PATH: ${missing.join(', ')} (docs/judges.md)` : undefined
}
