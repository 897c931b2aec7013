import {chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {noKubectl, runKubectl} from '../../src/cluster/run-kubectl.ts'

/* A kubectl of the test's own stands first on the PATH, so these run one after the other. */
const folder = mkdtempSync(join(tmpdir(), 'podlab-kubectl-'))
const path = process.env.PATH
test.after.always(() => rmSync(folder, {recursive: true}))
test.afterEach.always(() => {
  process.env.PATH = path
})

function kubectl(script: string, mode = 0o755): void {
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'kubectl'), mode)
  process.env.PATH = `${folder}:${path}`
}

const session = {kubeconfig: '/run/podlab/kubia/kubeconfig'}

test.serial("kubectl gets its words, the lab's kubeconfig and the folder, and nothing to read", async t => {
  kubectl('for word; do echo "$word"; done; echo "$KUBECONFIG"; pwd; cat')
  const {code, stdout} = await runKubectl(session, ['get', 'pods', '-l', 'a in (b, c)'], {folder})
  t.deepEqual([code, stdout], [0, `get\npods\n-l\na in (b, c)\n/run/podlab/kubia/kubeconfig\n${folder}\n`])
})

test.serial('what kubectl remembers of a lab is gone when it ends', async t => {
  kubectl('mkdir -p "$KUBECACHEDIR/discovery" && echo "$KUBECACHEDIR"')
  const {code, stdout} = await runKubectl(session, [], {folder})
  t.deepEqual([code, existsSync(stdout.trim())], [0, false])
})

test.serial('its output comes as it is said, from both channels, and its code at the end', async t => {
  kubectl('echo out; echo error >&2; exit 3')
  const said: string[] = []
  const result = await runKubectl(session, [], {folder, onOutput: text => said.push(text)})
  t.deepEqual(result, {code: 3, stdout: 'out\n', stderr: 'error\n'})
  t.deepEqual(said.toSorted(), ['error\n', 'out\n'])
})

test.serial('one that does not end is ended and counts as code 124', async t => {
  kubectl('echo begun; exec sleep 60')
  const {code, stdout} = await runKubectl(session, ['get', 'pods', '-w'], {folder, timeoutMs: 3000})
  t.deepEqual([code, stdout], [124, 'begun\n'])
})

test.serial('one that a signal ends counts as that of a shell', async t => {
  kubectl('kill -9 $$')
  t.is((await runKubectl(session, [], {folder})).code, 137)
})

test.serial('where nobody waits any more, kubectl is ended', async t => {
  kubectl('exec sleep 60')
  await t.throwsAsync(runKubectl(session, [], {folder, signal: AbortSignal.timeout(200)}), {name: 'TimeoutError'})
})

test.serial('where there is no kubectl, the error says how to get one', async t => {
  process.env.PATH = '/nonexistent'
  await t.throwsAsync(runKubectl(session, [], {folder}), {name: 'NoKubectlError', message: noKubectl})
})

test.serial('a kubectl that may not be started is named as the reason', async t => {
  kubectl('', 0o644)
  process.env.PATH = folder
  await t.throwsAsync(runKubectl(session, [], {folder}), {
    name: 'NoKubectlError',
    message: /could not be started:.*EACCES/s,
  })
})
