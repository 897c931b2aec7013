import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {type Account, eventually, main, makePlace, startProgram} from './_podlab.ts'

/*
 * Labs whose keeper, daemon or folder is taken away. Each test is a shell script in a pid namespace of its own, for gc looks at
 * all processes of its user:
 *
 *   unshare --pid ── sh ─┬─ podlab up ... keeper ── unshare ── daemon ─┬─ node:n1
 *                        └─ podlab gc                                  └─ pause, sleep
 */
const labFile = `
nodes: [{name: n1}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: main, image: busybox, command: [sleep, infinity]}]}}
`

const functions = `
podlab() { "$node" --no-warnings "$main" "$@"; }
daemon() { sed -n 's/.*"pid":\\([0-9]*\\).*/\\1/p' "$sessions/$1/state.json"; }
keeper() { pgrep -f "podlab-keeper $sessions/$1 "; }
gone() { for i in $(seq 3000); do kill -0 "$1" 2>/dev/null && grep -qv '^State:.Z' /proc/$1/status || return 0; sleep 0.02; done; echo "$1 is still there"; }
left() { ps -eo stat=,args= | grep -v '^Z' | grep -vF 'left()' | grep -cE 'daemon[.]ts|[p]odlab-keeper|[/]pause|[n]ode:n1'; }
`

const ownPids = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const isRoot = process.getuid?.() === 0
const way = isRoot ? ownPids : [...ownPids, '--user', '--map-current-user']

export function gcSuite(test: TestFn, account: Account): void {
  const [program = '', ...words] = [...way, 'true']
  const {status, stderr} = spawnSync(program, words, {encoding: 'utf8'})
  if (status !== 0) {
    test.skip(`${account.name}: no pid namespace here: ${stderr}`, () => undefined)
    return
  }

  const says = test.macro({
    exec: async (t: ExecutionContext, script: string, expected: string) => {
      const place = makePlace(account)
      t.teardown(() => place.remove())
      const lab = place.lab('lab', labFile)
      const running = startProgram([...way, '--', ...account.way, '/bin/sh', '-c', `${functions}${script}`], {
        cwd: place.folder,
        environment: {...place.environment, node: process.execPath, main, lab, sessions: place.sessions},
      })
      const result = await running.ended
      t.is(tidy(result.stdout, place.sessions), expected.trimStart(), result.stderr)
      t.notRegex(result.stderr, /this is a bug|\n +at /)
      await eventually('nothing is left', () => running.child.exitCode !== null)
    },
    title: (title = '') => `${account.name}: ${title}`,
  })

  test.serial(
    'a folder whose keeper and daemon were killed is removed, after a dry run that removes nothing',
    says,
    `podlab up "$lab" >/dev/null
     d=$(daemon lab) k=$(keeper lab); kill -9 $k $d; gone $d
     podlab gc --dry-run; ls "$sessions"
     podlab gc; ls "$sessions" 2>/dev/null
     podlab gc; left`,
    `
would remove SESSIONS/lab: its lab is dead
lab
removed SESSIONS/lab: its lab is dead
0
`,
  )

  test.serial(
    'what is kept of a lab stays unless it is asked for',
    says,
    `podlab up "$lab" >/dev/null
     d=$(daemon lab) k=$(keeper lab); kill -9 $k $d; gone $d
     podlab gc; podlab ls | head -n 1
     podlab gc --kept --dry-run | sed 's,/.*/,KEPT/,'
     podlab gc --kept | sed 's,/.*/,KEPT/,'; podlab ls; left`,
    `
removed SESSIONS/lab: its lab is dead
Ended without being taken down; podlab resume NAME brings one back, podlab down NAME removes it:
would remove KEPT/lab: what was kept of a lab
removed KEPT/lab: what was kept of a lab
0
`,
  )

  test.serial(
    'a lab without a folder is ended, and one that has its name by now lives on',
    says,
    `podlab up "$lab" >/dev/null
     rm -rf "$sessions/lab"
     podlab up "$lab" >/dev/null || echo not up
     podlab gc --dry-run
     podlab gc
     podlab exec pod/client -- echo alive
     podlab gc
     podlab down; left`,
    `
would end the lab lab (process PIDS): its session's folder has been removed, so no command reaches it
ended the lab lab (process PIDS): its session's folder has been removed, so no command reaches it
alive
lab is down.
0
`,
  )

  test.serial(
    'a lab that lives is not touched: not without its keeper, not while it hangs',
    says,
    `podlab up "$lab" >/dev/null
     podlab gc
     kill -9 $(keeper lab)
     podlab gc
     kill -STOP $(daemon lab); podlab gc; kill -CONT $(daemon lab)
     podlab exec pod/client -- echo alive
     podlab down; left`,
    `
alive
lab is down.
0
`,
  )

  if (account.name !== 'root' && isRoot) return

  test.serial(
    'what is no session is left alone, and what nobody ever locked is removed',
    says,
    `mkdir -p "$sessions"; cd "$sessions"; mkdir -m 700 strange empty half open held; touch strange/precious file half/daemon.log
     ln -s /etc link; chmod 777 open; touch held/lock; flock held/lock sleep 1000 & while flock -n held/lock true; do sleep 0.01; done
     podlab gc 2>&1 | sort; ls; cat strange/precious; kill %1`,
    `
kept SESSIONS/file: it is no session of podlab
kept SESSIONS/held: its lab is alive
kept SESSIONS/link: it is no session of podlab
kept SESSIONS/open: it is no session of podlab
kept SESSIONS/strange: podlab does not know precious in it
removed SESSIONS/empty: nobody has ever locked it
removed SESSIONS/half: nobody has ever locked it
file
held
link
open
strange
`,
  )

  test.serial(
    'a folder of sessions that others may write to is no place to work in',
    says,
    'mkdir -p "$sessions/old"; chmod 777 "$sessions"; podlab gc; ls "$sessions"',
    `
old
`,
  )

  test.serial(
    'a process that only looks like a daemon is left alone',
    says,
    `mkdir -p "$sessions/x/cluster/daemon"; echo 'setTimeout(() => {}, 1e6)' > "$sessions/x/cluster/daemon/daemon.js"
     mkdir gone; touch gone/lock; (exec 4<gone/lock; exec "$node" "$sessions/x/cluster/daemon/daemon.js" "$PWD/elsewhere") &
     until [ -e /proc/$!/fd/4 ] && grep -q elsewhere /proc/$!/cmdline; do sleep 0.01; done; rm -rf gone
     podlab gc; kill -0 $! && echo alive; kill $!`,
    `
alive
`,
  )

  test.serial(
    'words that it does not know are refused',
    says,
    `for words in --force something '--dry-run=yes' '-n'; do podlab gc $words 2>/dev/null; echo $?; done`,
    `
2
2
2
2
`,
  )
}

function tidy(text: string, sessions: string): string {
  return text.replaceAll(join(sessions), 'SESSIONS').replace(/process [\d, ]+\)/g, 'process PIDS)')
}
