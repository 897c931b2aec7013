import {chmodSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {type Accident, survives} from './_accidents.ts'
import {type Account, eventually, isThere, main, type Result, startProgram} from './_podlab.ts'
import {runs, type Scene, up} from './_scene.ts'

/*
 * What goes wrong around podlab, as its user meets it: a disk that is full or read-only, files that are somebody else's, a terminal that
 * closes.
 */
export function mishaps(test: TestFn, account: Account): void {
  survives(test, account, {
    ...onDisk('a full disk', 'head -c 1000000 /dev/zero 2>/dev/null >"$DISK/fill"', fullDisk),
    ...onDisk('a read-only disk', 'mount -o remount,bind,ro "$DISK"', readOnlyDisk),
    ...(account.name === 'an ordinary user' ? noRights : {}),
    ...others,
  })
}

/** A line of shell in which podlab is used, the code that it ends with, and what is said on standard error. */
type Row = readonly [line: string, code: number, said: RegExp]

const noSpace = (file: string) => new RegExp(`^podlab: cannot write \\S+/${file}: no space left on device\n$`)
const readOnly = (file: string) => new RegExp(`^podlab: cannot write \\S+/${file}: read-only file system\n$`)
const capture =
  'podlab up "$LAB" >/dev/null; podlab capture node/node1 -c 1 -w "$DISK/x.pcapng"; code=$?; podlab down >/dev/null; exit $code'

const fullDisk: readonly Row[] = [
  ['podlab run "$LAB" --report tap=good.tap --report junit="$DISK/r.xml" >/dev/null', 1, noSpace('r.xml')],
  ['podlab new "$DISK/mine"', 2, /mine: the lab could not be written: the disk is full\n$/],
  ['podlab new "$DISK/mine" 2>/dev/null; [ ! -e "$DISK/mine" ]', 0, /^$/],
  ['podlab fmt "$DISK/lab.yaml"', 2, /lab\.yaml: the lab file could not be written: the disk is full\n$/],
  ['podlab fmt "$DISK/lab.yaml" 2>/dev/null; cat "$DISK/lab.yaml" >&2', 0, /^nodes: {3}\[node1\]\n$/],
  ['podlab graph "$LAB" --svg "$DISK/x.svg"', 1, noSpace('x.svg')],
  ['podlab dump -o "$DISK/x.tar"', 1, noSpace('x.tar')],
  ['podlab dump -o "$DISK/x"', 1, noSpace('x')],
  ['podlab completion bash >"$DISK/x"', 1, /^podlab: cannot write standard output: no space left on device\n$/],
  [capture, 1, /\npodlab: cannot write \S+\/x\.pcapng: no space left on device\n$/],
  [
    'XDG_RUNTIME_DIR=$DISK podlab up "$LAB"',
    3,
    /^podlab: the session's folder \S+ cannot be written to \(ENOSPC: .*\); make room there, or set XDG_RUNTIME_DIR/,
  ],
  [
    'rm "$DISK/fill"; export XDG_RUNTIME_DIR=$DISK; podlab up "$LAB" >/dev/null && { fill; podlab set overlay udp && podlab set overlay vxlan && podlab exec node/node1 -- true && podlab ls && podlab down; } >/dev/null',
    0,
    /^$/,
  ],
]

const readOnlyDisk: readonly Row[] = [
  ['podlab run "$LAB" --report junit="$DISK/r.xml"', 2, /^podlab: a report cannot be written to \S+: EROFS: read-only/],
  ['podlab new "$DISK/mine"', 2, /mine: the lab could not be written: its file system is read-only\n$/],
  ['podlab new "$DISK/deep/mine"', 2, /mine: the lab could not be written: /],
  ['podlab fmt "$DISK/lab.yaml"', 2, /lab\.yaml: the lab file could not be written: its file system is read-only\n$/],
  ['podlab graph "$LAB" --svg "$DISK/x.svg"', 1, readOnly('x.svg')],
  ['podlab dump -o "$DISK/x.tar"', 1, readOnly('x.tar')],
  ['podlab dump -o "$DISK/x"', 1, readOnly('x')],
  [capture, 1, /podlab: cannot write \S+\/x\.pcapng: read-only file system\n$/],
  ['XDG_RUNTIME_DIR=$DISK podlab up "$LAB" >/dev/null && XDG_RUNTIME_DIR=$DISK podlab down >/dev/null', 0, /^$/],
]

function onDisk(kind: string, spoil: string, rows: readonly Row[]): Readonly<Record<string, Accident>> {
  const accident =
    ([line, code, said]: Row): Accident =>
    async (t, scene) => {
      const result = await onOwnDisk(scene, {spoil, line})
      t.is(result.code, code, result.stderr)
      t.regex(result.stderr, said)
      t.notRegex(result.stderr, /bug in podlab|\n +at /)
    }
  return Object.fromEntries(rows.map(row => [`${kind}: ${row[0]}`, accident(row)]))
}

/*
 * A line of shell in a mount namespace of its own, where $DISK is a small disk with a lab file. It is spoiled by whoever may mount; the
 * line is the account's own.
 */
async function onOwnDisk({place}: Scene, {spoil, line}: {spoil: string; line: string}): Promise<Result> {
  const {account, folder, environment} = place
  const quick = place.lab('quick', `name: ${place.name('lab')}\nnodes: [node1]\n`)
  const disk = join(folder, 'home/disk')
  const [user, back] =
    account.name === 'root'
      ? ['', '']
      : ['--user --map-root-user', `unshare --user --map-user=${account.uid} --map-group=${account.uid} --`]
  const whole = `mkdir "$DISK" && mount -t tmpfs -o size=64k,mode=777 tmpfs "$DISK" && echo 'nodes:   [node1]' >"$DISK/lab.yaml"
${spoil}
exec ${back} sh -c 'podlab() { "$NODE" "$MAIN" "$@"; }
fill() { head -c 1000000 /dev/zero 2>/dev/null >"$DISK/fill"; }
cd "$HOME"; ${line.replaceAll("'", "'\\''")}'`
  const words = ['unshare', ...user.split(' ').filter(Boolean), '--mount', '--propagation', 'private', '--']
  const {ended} = startProgram([...account.way, ...words, 'sh', '-c', `${whole}\n`], {
    cwd: folder,
    environment: {
      ...environment,
      DISK: disk,
      NODE: process.execPath,
      MAIN: main,
      LAB: quick,
    },
  })
  return ended.finally(() => {
    for (const name of ['quick', 'home/disk', 'home/good.tap'])
      rmSync(join(folder, name), {recursive: true, force: true})
  })
}

const refusedBy =
  (words: (scene: Scene) => readonly string[], code: number, said: RegExp): Accident =>
  async (t, scene) => {
    const result = await scene.place.podlab(...words(scene))
    rmSync(join(scene.place.folder, 'locked'), {recursive: true, force: true})
    t.deepEqual({code: result.code, stdout: result.stdout}, {code, stdout: ''})
    t.regex(result.stderr, said)
  }

const locked = ({place}: Scene) => {
  const file = join(place.lab('locked', 'nodes: [node1]\n'), 'lab.yaml')
  chmodSync(file, 0)
  return file
}

const noRights: Readonly<Record<string, Accident>> = {
  'no permission to read a lab': refusedBy(
    scene => ['up', locked(scene)],
    2,
    /lab\.yaml: the lab file may not be read by you\n/,
  ),
  'no permission to format a lab': refusedBy(
    scene => ['fmt', locked(scene)],
    2,
    /lab\.yaml: the lab file may not be read by you\n/,
  ),
  'no permission to write a lab': refusedBy(() => ['new', '/etc/mine'], 2, /the lab may not be written by you\n/),
  'no permission to write a report': refusedBy(
    ({lab}) => ['run', lab, '--report', 'tap=/etc/report.tap'],
    2,
    /^podlab: a report cannot be written to \/etc\/report\.tap: EACCES/,
  ),
  'no permission to write a picture': refusedBy(
    ({lab}) => ['graph', lab, '--svg', '/etc/x.svg'],
    1,
    /^podlab: cannot write \/etc\/x\.svg: permission denied\n$/,
  ),
  'no permission to write a dump': refusedBy(
    () => ['dump', '-o', '/etc/x.tar'],
    1,
    /^podlab: cannot write \/etc\/x\.tar: permission denied\n$/,
  ),
}

/* podlab on a terminal that closes once something is so: `script` holds the other end of it, and dies. */
async function onClosingTerminal(scene: Scene, words: readonly string[], look: () => boolean): Promise<void> {
  const {account, folder, environment} = scene.place
  const line = [process.execPath, main, ...words].map(word => `'${word}'`).join(' ')
  const terminal = startProgram([...account.way, 'script', '--quiet', '--command', line, '/dev/null'], {
    cwd: join(folder, 'home'),
    environment,
    stdin: 'pipe',
  })
  await eventually('it is at work', look)
  terminal.child.kill('SIGKILL')
  await terminal.ended
}

const others: Readonly<Record<string, Accident>> = {
  'a terminal that closes during run': async (t, scene) => {
    await onClosingTerminal(scene, ['run', scene.lab], () => runs('sleep', '1000'))
    await eventually('the lab is gone', () => !isThere(scene.place, scene.name))
    t.false(runs('sleep', '1000'))
  },
  'a terminal that closes during exec': async (t, scene) => {
    await up(t, scene.place, scene.lab)
    await onClosingTerminal(scene, ['exec', 'pod/client', '--', 'sleep', '1000'], () => runs('sleep', '1000'))
    await endsAlone(t, scene, ['sleep', '1000'])
  },
  'a terminal that closes during shell': async (t, scene) => {
    await up(t, scene.place, scene.lab)
    const shell = ['sh', '-i']
    await onClosingTerminal(scene, ['shell', 'pod/client'], () => runs(...shell))
    await endsAlone(t, scene, shell)
  },
  'SIGHUP during run': async (t, {place, lab}) => {
    const run = place.start(['run', lab])
    await eventually('the scenario sleeps', () => runs('sleep', '1000'))
    run.child.kill('SIGHUP')
    const {code, stderr} = await run.ended
    t.deepEqual({code, stderr}, {code: 130, stderr: ''})
  },
}

/* What ran on the terminal is gone, and the lab lives on. */
async function endsAlone(t: ExecutionContext, {place}: Scene, program: readonly string[]): Promise<void> {
  await eventually('the program has ended', () => !runs(...program))
  t.is((await place.podlab('exec', 'pod/client', '--', 'true')).code, 0, 'the lab lives on')
  t.is((await place.podlab('down')).code, 0)
}
