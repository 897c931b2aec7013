import type {ExecutionContext, TestFn} from 'ava'
import {descendants, difference, hostPicture} from './_host.ts'
import {type Account, eventually, isThere} from './_podlab.ts'
import {
  daemonOf,
  endAll,
  findDaemon,
  keeperOf,
  makeScene,
  pidOf,
  runs,
  type Scene,
  startForbidden,
  startWithout,
  up,
  upWithExec,
  upWithoutKeeper,
} from './_scene.ts'

/*
 * Every accident on a host of which a picture is taken before and after. The tests run one after the other: every process that
 * is there afterwards counts as left behind.
 *
 *   host ── podlab (CLI) ── keeper ── unshare ── daemon ─┬─ node:node1
 *                                                       └─ pause, sleep 1000
 */
export function accidents(test: TestFn, account: Account): void {
  survives(test, account, survived)
}

/** Each accident has a scene of its own; the host is afterwards what it was before. */
export function survives(test: TestFn, account: Account, accidents: Readonly<Record<string, Accident>>): void {
  const leavesNothing = test.macro({
    exec: async (t: ExecutionContext, accident: Accident) => {
      const scene = makeScene(account)
      t.teardown(() => endAll(scene.place))
      const before = hostPicture(scene.place.folder)
      await accident(t, scene)
      await eventually('every process has ended', () => descendants().length === 0).catch(() => undefined)
      t.deepEqual(difference(before, hostPicture(scene.place.folder)), {})
    },
    title: (title = '') => `${account.name}: ${title}, and nothing is left`,
  })
  for (const [title, accident] of Object.entries(accidents)) test.serial(title, leavesNothing, accident)
}

export type Accident = (t: ExecutionContext, scene: Scene) => Promise<void>

/* What is to be seen while a lab comes up, in this order. */
const moment = {
  'its session begins': ({place, name}: Scene) => isThere(place, name),
  'the daemon begins': (scene: Scene) => findDaemon(scene) !== undefined,
  'the daemon listens': ({place, name}: Scene) => isThere(place, name, 'control.sock'),
  'a node is made': () => descendants().some(({command}) => command[0] === 'node:node1'),
  'a pod starts': () => descendants().some(({command}) => command[0] === '/pause'),
} satisfies Readonly<Record<string, (scene: Scene) => boolean>>

type Moment = keyof typeof moment

const interruptAt =
  (when: Moment): Accident =>
  async (t, scene) => {
    const starting = scene.place.start(['up', scene.slow])
    await eventually(when, () => moment[when](scene))
    process.kill(-pidOf(starting), 'SIGINT')
    t.deepEqual(await starting.ended, {code: 130, stdout: '', stderr: ''})
  }

const killAt =
  (when: Moment): Accident =>
  async (t, scene) => {
    const starting = scene.place.start(['up', scene.slow])
    await eventually(when, () => moment[when](scene))
    starting.child.kill('SIGKILL')
    t.is((await starting.ended).code, null)
  }

const killDaemonAt =
  (when: Moment): Accident =>
  async (t, scene) => {
    const starting = scene.place.start(['up', scene.slow])
    await eventually(when, () => moment[when](scene))
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    const {code, stdout, stderr} = await starting.ended
    t.deepEqual({code, stdout}, {code: 1, stdout: ''})
    t.regex(stderr, /^podlab: the lab's daemon (ended before it was ready|does not answer)/)
    t.notRegex(stderr, /bug|\n +at /)
  }

const survived: Readonly<Record<string, Accident>> = {
  'up and down': async (t, {place, name, lab}) => {
    const before = hostPicture(place.folder)
    await up(t, place, lab)
    const changes = difference(before, hostPicture(place.folder))
    t.deepEqual(Object.keys(changes), ['processes', 'temporary files'], 'while it is up')
    t.deepEqual(await place.podlab('down', name), {code: 0, stdout: `${name} is down.\n`, stderr: ''})
  },

  'Ctrl-C during up, when its session begins': interruptAt('its session begins'),
  'Ctrl-C during up, when the daemon listens': interruptAt('the daemon listens'),
  'Ctrl-C during up, when a pod starts': interruptAt('a pod starts'),
  'SIGKILL of podlab during up, when its session begins': killAt('its session begins'),
  'SIGKILL of podlab during up, when the daemon begins': killAt('the daemon begins'),
  'SIGKILL of podlab during up, when a node is made': killAt('a node is made'),
  'SIGKILL of the daemon during up, when it begins': killDaemonAt('the daemon begins'),
  'SIGKILL of the daemon during up, when a node is made': killDaemonAt('a node is made'),
  'SIGKILL of the daemon during up, when a pod starts': killDaemonAt('a pod starts'),

  'Ctrl-C during run': async (t, scene) => {
    const run = scene.place.start(['run', scene.lab])
    await eventually('the scenario sleeps', () => runs('sleep', '1000'))
    process.kill(-pidOf(run), 'SIGINT')
    const {code, stderr} = await run.ended
    t.deepEqual({code, stderr}, {code: 130, stderr: ''})
  },
  'SIGKILL of podlab during run': async (t, scene) => {
    const run = scene.place.start(['run', scene.lab])
    await eventually('the scenario sleeps', () => runs('sleep', '1000'))
    run.child.kill('SIGKILL')
    t.is((await run.ended).code, null)
  },

  'SIGKILL of the daemon while a program runs in a pod': async (t, scene) => {
    const exec = await upWithExec(t, scene)
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    t.is((await exec.ended).code, 137)
    await removeKept(t, scene)
  },
  'SIGKILL of the daemon, and up again at once': async (t, scene) => {
    const {place, lab, name} = scene
    await up(t, place, lab)
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    const again = await place.podlab('up', lab)
    t.deepEqual({code: again.code, stdout: again.stdout}, {code: 1, stdout: ''})
    t.regex(again.stderr, new RegExp(`Bring it back: {2}podlab resume ${name}\nBegin anew: {5}podlab down ${name}, `))
    await removeKept(t, scene)
    await up(t, place, lab)
    t.is((await place.podlab('exec', 'pod/client', '--', 'true')).code, 0)
    t.is((await place.podlab('down')).code, 0)
  },
  'SIGKILL of the daemon, and resume at once': async (t, scene) => {
    const {place, lab} = scene
    await up(t, place, lab)
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    t.is((await place.podlab('resume')).code, 0)
    t.is((await place.podlab('exec', 'pod/client', '--', 'true')).code, 0)
    t.is((await place.podlab('down')).code, 0)
  },
  'SIGTERM of the daemon, as when the machine is switched off': async (t, scene) => {
    await up(t, scene.place, scene.lab)
    process.kill(daemonOf(scene).pid, 'SIGTERM')
    await eventually('it has ended', () => !isThere(scene.place, scene.name))
    await removeKept(t, scene)
  },
  'Ctrl-C during resume, which can be tried again': async (t, scene) => {
    await up(t, scene.place, scene.lab)
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    await eventually('it has ended', () => !isThere(scene.place, scene.name))
    const resuming = scene.place.start(['resume'])
    await eventually('the daemon listens', () => moment['the daemon listens'](scene))
    process.kill(-pidOf(resuming), 'SIGINT')
    t.deepEqual(await resuming.ended, {code: 130, stdout: '', stderr: ''})
    await removeKept(t, scene)
  },
  'SIGKILL of the daemon during resume, which can be tried again': async (t, scene) => {
    await up(t, scene.place, scene.lab)
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    await eventually('it has ended', () => !isThere(scene.place, scene.name))
    const resuming = scene.place.start(['resume'])
    await eventually('a node is made', () => moment['a node is made']())
    process.kill(daemonOf(scene).pid, 'SIGKILL')
    t.is((await resuming.ended).code, 1)
    t.is((await scene.place.podlab('resume')).code, 0)
    t.is((await scene.place.podlab('down')).code, 0)
  },
  'SIGKILL of the daemon during down': async (t, scene) => {
    await up(t, scene.place, scene.lab)
    const {pid} = daemonOf(scene)
    process.kill(pid, 'SIGSTOP')
    const down = scene.place.start(['down'])
    await eventually('down waits for the end', () =>
      descendants().find(({command}) => command.includes('podlab-sweep')),
    )
    process.kill(pid, 'SIGKILL')
    t.deepEqual(await down.ended, {code: 0, stdout: `${scene.name} is down.\n`, stderr: ''})
  },
  'down while a program runs in a pod': async (t, scene) => {
    const exec = await upWithExec(t, scene)
    t.is((await scene.place.podlab('down')).code, 0)
    t.is((await exec.ended).code, 137)
  },

  'SIGKILL of the keeper': async (t, scene) => {
    const {place, lab, name} = scene
    await up(t, place, lab)
    process.kill(keeperOf(scene).pid, 'SIGKILL')
    t.is((await place.podlab('exec', 'pod/client', '--', 'true')).code, 0, 'the lab lives on')
    t.regex((await place.podlab('up', lab)).stderr, /already up/)
    t.deepEqual(await place.podlab('down'), {code: 0, stdout: `${name} is down.\n`, stderr: ''})
  },
  'SIGKILL of keeper and daemon, then ls': async (t, scene) => {
    await upWithoutKeeper(t, scene)
    const {code, stdout, stderr} = await scene.place.podlab('ls')
    t.deepEqual({code, stderr}, {code: 0, stderr: 'No lab is up.\n'})
    t.regex(stdout, new RegExp(`^Ended without being taken down; .*\nNAME .*\n${scene.name} .*/lab\\.yaml\n$`))
    await removeKept(t, scene)
  },
  'SIGKILL of keeper and daemon, then resume and down': async (t, scene) => {
    await upWithoutKeeper(t, scene)
    t.is((await scene.place.podlab('resume', scene.name)).code, 0)
    t.is((await scene.place.podlab('down')).code, 0)
  },
  'up twice at the same time': async (t, {place, lab, name}) => {
    const both = await Promise.all([place.podlab('up', lab), place.podlab('up', lab)])
    t.deepEqual(both.map(({code}) => code).sort(), [0, 1])
    const refused = both.find(({code}) => code === 1)
    t.is(refused?.stderr, `podlab: lab ${name} is already up. Take it down with: podlab down ${name}\n`)
    t.is((await place.podlab('exec', 'pod/client', '--', 'true')).code, 0)
    t.is((await place.podlab('down')).code, 0)
  },

  'a missing tool': async (t, scene) => {
    const stderr = 'podlab: iptables-restore is missing. As root, type: apt-get install iptables\n'
    t.deepEqual(await startWithout('iptables-restore', scene).ended, {code: 3, stdout: '', stderr})
  },
  'namespaces forbidden': async (t, scene) => {
    const {name} = scene.place.account
    const limit = name === 'root' ? 'max_net_namespaces' : 'max_user_namespaces'
    const {code, stdout, stderr} = await startForbidden(scene, limit).ended
    t.deepEqual({code, stdout}, {code: 3, stdout: ''})
    const said =
      'podlab: this machine does not let you make a sandbox (unshare: unshare failed: No space left on device).'
    t.is(stderr.split('\n')[0], said)
    t.regex(stderr, remedies[name])
  },
}

/* What a lab leaves on purpose when it is not taken down. */
async function removeKept(t: ExecutionContext, {place, name}: Scene): Promise<void> {
  const stdout = `${name} was not up; what was kept of it is removed.\n`
  t.deepEqual(await place.podlab('down', name), {code: 0, stdout, stderr: ''})
}

const remedies = {
  root: /\npodlab runs as root here, so .* forbids it/,
  'an ordinary user': /\n.*As root, type: sysctl -w user\.max_user_namespaces=\d+\n/,
}
