import {spawnSync} from 'node:child_process'
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {type Shell, scripts} from '../../../src/cli/completion/scripts.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {fakeDaemon} from '../../cluster/_fake-daemon.ts'
import {main, makePlace, startProgram} from '../../real/_podlab.ts'

/* Real shells with podlab's completion, and a lab that only answers. */
const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
const sessions = {environment: {XDG_RUNTIME_DIR: `${place.folder}/run`}, remove: () => place.remove()}
const pods = ['client', 'web'].map(
  name => ({kind: 'Pod', metadata: {name}, spec: {containers: [{name: 'main'}]}}) as unknown as KubeObject,
)
const lab = {
  name: 'fake',
  nodes: [{name: 'master', address: '10.0.20.4'}],
  clients: [{name: 'laptop', address: '10.0.20.9'}],
} as unknown as Lab
const {server} = await fakeDaemon('fake', sessions, {
  lab: async () => lab,
  list: async ({kind}) => (kind === 'Pod' ? pods : []),
})
test.after.always(() => {
  server.close()
  place.remove()
})

const bin = join(place.folder, 'bin')
mkdirSync(bin)
mkdirSync(join(place.folder, 'labs/hello'), {recursive: true})
writeFileSync(join(bin, 'podlab'), `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${main}' "$@"\n`)
chmodSync(join(bin, 'podlab'), 0o755)
for (const shell of Object.keys(scripts) as Shell[])
  writeFileSync(join(place.folder, `podlab.${shell}`), scripts[shell])

const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

/* As bash itself calls the function, with the line and its words. */
const bash = `source podlab.bash
COMP_LINE=$1 COMP_POINT=\${#1}
compopt() { :; }
_podlab
printf '%s\\n' "\${COMPREPLY[@]}"`

/* As zsh calls it: words and CURRENT are given, compadd takes what is found. */
const zsh = `compdef() { :; }; compadd() { shift 4; print -l -- "$@" }; _files() { print -- files }
source podlab.zsh; words=("\${(@s/ /)1}"); CURRENT=$#words; _podlab`

async function complete(shell: Shell, line: string): Promise<readonly string[]> {
  const words = {
    bash: ['bash', '--norc', '-c', bash, 'bash', line],
    zsh: ['zsh', '-fc', zsh, 'zsh', line],
    fish: ['fish', '--no-config', '-c', 'source podlab.fish; complete -C $argv[1]', line],
  }[shell]
  const {stdout} = await startProgram(words, {
    cwd: place.folder,
    environment: {...place.environment, PATH: `${bin}:${place.environment.PATH}`},
  }).ended
  return stdout.split('\n').filter(Boolean)
}

const completes = test.macro({
  exec: async (t, line: string, expected: readonly string[]) =>
    t.deepEqual([...(await complete('bash', line))].sort(), [...expected].sort()),
  title: (_, line: string) => `bash: ${line}⇥`,
})

test(completes, 'podlab gr', ['graph'])
test(completes, 'podlab exec ', ['pod/client', 'pod/web', 'node/master', 'client/laptop'])
test(completes, 'podlab exec pod/w', ['pod/web'])
test('bash: a word with = is completed behind it, as bash divides words there', completes, 'podlab exec --lab=f', [
  'fake',
])
test(completes, 'podlab get -o ', ['wide', 'yaml', 'json', 'name'])
test(completes, 'podlab run la', ['labs'])
test(completes, 'podlab capture pod/web -w podlab.b', ['podlab.bash'])
test(completes, 'podlab nothing ', [])
test(completes, "podlab exec '", [])
test(completes, 'podlab exec $(touch evil)', [])

test('bash: an interactive shell has it, for ./podlab too', t => {
  const {stdout} = spawnSync('bash', ['--norc', '-c', 'source podlab.bash; complete -p podlab'], {
    cwd: place.folder,
    encoding: 'utf8',
  })
  t.is(stdout, 'complete -F _podlab podlab\n')
})

test('what `podlab completion` prints is what the shells read', async t => {
  for (const shell of Object.keys(scripts) as Shell[])
    t.deepEqual(await place.podlab('completion', shell), {code: 0, stdout: scripts[shell], stderr: ''})
  const {code, stderr} = await place.podlab('completion', 'tcsh')
  t.deepEqual({code, stderr}, {code: 2, stderr: 'podlab: there is no completion for tcsh; expected bash, zsh, fish\n'})
  t.is((await place.podlab('completion')).code, 2)
})

for (const shell of ['zsh', 'fish'] as const)
  if (isThere(shell))
    test(`${shell}: commands and targets`, async t => {
      const first = (lines: readonly string[]) => lines.map(line => line.split('\t')[0]).sort()
      t.deepEqual(first(await complete(shell, 'podlab gr')), ['graph'])
      t.deepEqual(first(await complete(shell, 'podlab exec pod/')), ['pod/client', 'pod/web'])
    })
  else test.skip(`${shell} is not installed here`, t => t.pass())

test('a lab that answers nonsense, or not at all, completes nothing and says nothing', async t => {
  const other = makePlace(place.account)
  const broken = await fakeDaemon(
    'broken',
    {environment: {XDG_RUNTIME_DIR: `${other.folder}/run`}, remove: () => other.remove()},
    {list: () => Promise.reject(new Error('no')), lab: () => new Promise(() => undefined)},
  )
  try {
    t.deepEqual(await other.podlab('completion', 'bash', '--', 'exec', ''), {code: 0, stdout: '', stderr: ''})
    t.deepEqual(await other.podlab('completion', 'bash', '--', 'get', 'pods', ''), {code: 0, stdout: '', stderr: ''})
  } finally {
    broken.server.closeAllConnections()
    broken.server.close()
    other.remove()
  }
})
