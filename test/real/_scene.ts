import {basename} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import type {ExecutionContext} from 'ava'
import {type Descendant, descendants} from './_host.ts'
import {
  type Account,
  eventually,
  isThere,
  main,
  makePlace,
  type Place,
  type Started,
  sessionFolder,
  startProgram,
} from './_podlab.ts'

/** A lab in a place of its own, before the accident. `slow` has a pod that is never ready, so that `up` waits for it. */
export type Scene = {readonly place: Place; readonly name: string; readonly lab: string; readonly slow: string}

export function makeScene(account: Account): Scene {
  const place = makePlace(account)
  const name = place.name('lab')
  const slow = place.lab(`${name}/slow`, `name: ${name}\n${labFile}${stuckPod}`)
  return {place, name, lab: place.lab(name, labFile), slow}
}

const labFile = `nodes: [node1]
scenario:
  - exec: {in: pod/client, run: sleep 1000}
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: main, image: busybox, command: [sleep, infinity]}]}}
`
const stuckPod =
  '  - {apiVersion: v1, kind: Pod, metadata: {name: stuck}, spec: {containers: [{name: main, image: busybox, command: [no-such-program]}]}}'

export function findDaemon({place, name}: Scene): Descendant | undefined {
  return descendants().find(
    ({command: [program = '', script = '', folder]}) =>
      basename(program) === 'node' && basename(script) === 'daemon.ts' && folder === sessionFolder(place, name),
  )
}

export function daemonOf(scene: Scene): Descendant {
  const daemon = findDaemon(scene)
  if (!daemon) throw new Error('no daemon runs')
  return daemon
}

export function keeperOf({place, name}: Scene): Descendant {
  const keeper = descendants().find(
    ({command}) => command.includes('podlab-keeper') && command.includes(sessionFolder(place, name)),
  )
  if (!keeper) throw new Error('no keeper runs')
  return keeper
}

export function pidOf({child}: Started): number {
  if (child.pid === undefined) throw new Error('it was not started')
  return child.pid
}

export function runs(...words: readonly string[]): boolean {
  return descendants().some(({command}) => isDeepStrictEqual(command, words))
}

export async function up(t: ExecutionContext, place: Place, lab: string): Promise<void> {
  const {code, stderr} = await place.podlab('up', lab)
  t.deepEqual({code, stderr}, {code: 0, stderr: ''})
}

export async function upWithExec(t: ExecutionContext, {place, lab}: Scene): Promise<Started> {
  await up(t, place, lab)
  const exec = place.start(['exec', 'pod/client', '--', 'sleep', '1000'])
  await eventually('the program runs', () => runs('sleep', '1000'))
  return exec
}

export async function upWithoutKeeper(t: ExecutionContext, scene: Scene): Promise<void> {
  await up(t, scene.place, scene.lab)
  const [keeper, daemon] = [keeperOf(scene), daemonOf(scene)]
  for (const {pid} of [keeper, daemon]) process.kill(pid, 'SIGKILL')
  await eventually('nothing of the lab runs', () => descendants().length === 0)
  t.true(isThere(scene.place, scene.name), 'nobody was there to remove the session')
}

/* podlab in a mount namespace where /usr/sbin lacks one program; inside a user namespace where the account needs one to mount. */
export function startWithout(tool: string, {place, lab}: Scene): Started {
  const {account, folder, environment} = place
  const isRoot = account.name === 'root'
  const user = isRoot ? [] : ['--user', '--map-root-user']
  const back = isRoot ? [] : ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.uid}`, '--']
  const script = `mount -t tmpfs tmpfs /mnt && mkdir /mnt/all /mnt/some && mount --rbind /usr/sbin /mnt/all && \
ln -s /mnt/all/* /mnt/some && rm "/mnt/some/$1" && mount --bind /mnt/some /usr/sbin && shift && exec "$@"`
  const sandbox = ['unshare', ...user, '--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'sh', tool]
  return startProgram([...account.way, ...sandbox, ...back, process.execPath, main, 'up', lab], {
    cwd: folder,
    environment,
  })
}

/* podlab in a user namespace of its own, whose root has forbidden to make namespaces of a kind. */
export function startForbidden({place, lab}: Scene, limit: string): Started {
  const {account, folder, environment} = place
  const user = account.name === 'root' ? ['--map-root-user'] : ['--map-current-user', '--keep-caps']
  const script = 'echo 0 >"/proc/sys/user/$1" && shift && exec "$@"'
  return startProgram(
    [
      ...account.way,
      ...['unshare', '--user', ...user, '--', 'sh', '-c', script, 'sh', limit],
      ...[process.execPath, main, 'up', lab],
    ],
    {cwd: folder, environment},
  )
}

export function endAll(place: Place): void {
  for (const {pid} of descendants()) process.kill(pid, 'SIGKILL')
  place.remove()
}
