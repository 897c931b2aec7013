import {spawnSync} from 'node:child_process'
import {chmodSync, chownSync, existsSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {launcher, mayCover, type Pretended, pretend, wanted} from './_launch.ts'

const covered = mayCover ? test : test.skip
const withoutDig = wanted.filter(name => name !== 'dig')

/* Makes the machine for one test, and clears it away. */
function on(machine: Parameters<typeof pretend>[0], check: (t: ExecutionContext, machine: Pretended) => void) {
  return (t: ExecutionContext) => {
    const made = pretend(machine)
    t.teardown(made.remove)
    check(t, made)
  }
}

covered(
  'with nothing missing it starts node at once',
  on({}, (t, machine) => {
    const {code, stdout, stderr} = machine.launch(['get', 'pods', '-o', 'wide'])
    t.is(stdout, `node ${machine.checkout}/src/main.ts get pods -o wide\n`)
    t.is(stderr, '')
    t.is(code, 0)
  }),
)

covered(
  'it finds its checkout through symbolic links',
  on({}, (t, machine) => {
    const link = join(machine.checkout, '../p')
    symlinkSync('checkout/podlab', link)
    t.is(machine.launch([], {program: link}).stdout, `node ${machine.checkout}/src/main.ts\n`)
  }),
)

covered(
  'root gets what is missing from apt-get, and only that',
  on({has: withoutDig, scripts: {'apt-get': 'echo a great deal'}}, (t, machine) => {
    const {code, stderr} = machine.launch()
    t.is(code, 0)
    t.is(
      stderr,
      'podlab: installing what is missing, this takes a minute: apt-get install --yes --no-install-recommends dnsutils\n',
    )
    t.deepEqual(machine.called(), [
      'apt-get update -qq',
      'apt-get install --yes --no-install-recommends dnsutils -qq -o DPkg::Lock::Timeout=120',
    ])
  }),
)

covered(
  'without a network it says in few lines what failed and what to type',
  on(
    {has: withoutDig, scripts: {'apt-get': 'for i in 1 2 3 4 5 6 7 8 9; do echo "E: no network $i"; done; exit 100'}},
    (t, machine) => {
      const {code, stderr} = machine.launch()
      t.is(code, 3)
      t.regex(
        stderr,
        /E: no network 9\npodlab: the packages could not be installed.*type: apt-get update && apt-get install .*dnsutils\n$/,
      )
      t.true(stderr.split('\n').length <= 9)
    },
  ),
)

covered(
  'an ordinary user without sudo learns what root has to type',
  on({has: withoutDig, scripts: {'apt-get': ''}, root: false}, (t, machine) => {
    const {code, stderr} = machine.launch()
    t.is(code, 3)
    t.is(
      stderr,
      'podlab: packages are missing. As root, type: apt-get update && apt-get install --yes --no-install-recommends dnsutils\n',
    )
    t.deepEqual(machine.called(), [])
  }),
)

covered(
  'an ordinary user whom sudo knows has it installed',
  on(
    {has: withoutDig, scripts: {'apt-get': '', sudo: '[ "$1" = -n ] && shift; exec "$@"', true: ''}, root: false},
    (t, machine) => {
      t.is(machine.launch().code, 0)
      t.true(machine.called().some(line => line.startsWith('sudo env DEBIAN_FRONTEND=noninteractive apt-get install')))
    },
  ),
)

covered(
  'where sudo would ask and nobody can answer it does not hang',
  on(
    {has: withoutDig, scripts: {'apt-get': '', sudo: '[ "$1" = -n ] && exit 1; exec sleep 60'}, root: false},
    (t, machine) => {
      const {code, stderr} = machine.launch()
      t.is(code, 3)
      t.regex(stderr, /As root, type:/)
    },
  ),
)

covered(
  'a system without apt-get is told the names of the packages',
  on({has: withoutDig}, (t, machine) => {
    const {code, stderr} = machine.launch()
    t.is(code, 3)
    t.regex(stderr, /^podlab: these Debian packages, or what they are called on your system, are missing: dnsutils\./)
  }),
)

const npm =
  'mkdir -p node_modules/.bin; printf "#!/bin/sh\\necho new node\\n" >node_modules/.bin/node; touch node_modules/.package-lock.json'

covered(
  'a lockfile newer than the packages has them installed again',
  on({scripts: {npm}}, (t, machine) => {
    utimesSync(join(machine.checkout, 'node_modules/.package-lock.json'), 1, 1)
    t.is(machine.launch().stdout, 'new node\n')
    t.is(machine.called().length, 1)
    t.is(machine.launch().stdout, 'new node\n')
    t.is(machine.called().length, 1)
  }),
)

covered(
  'packages that were made for another architecture are installed again',
  on({scripts: {npm}}, (t, machine) => {
    writeFileSync(join(machine.checkout, 'node_modules/.made-for'), 'pdp11\n')
    t.is(machine.launch().stdout, 'new node\n')
    t.is(machine.called().length, 1)
  }),
)

covered(
  'where npm fails it says what to type',
  on({scripts: {npm: 'exit 1'}}, (t, machine) => {
    rmSync(join(machine.checkout, 'node_modules'), {recursive: true})
    const {code, stderr} = machine.launch()
    t.is(code, 3)
    t.is(
      stderr,
      `podlab: npm ci\npodlab: npm ci failed. When you have a network, type: cd ${machine.checkout} && npm ci\n`,
    )
  }),
)

covered(
  'where npm is missing, too, it comes with the rest',
  on({scripts: {'apt-get': 'exit 1'}}, (t, machine) => {
    rmSync(join(machine.checkout, 'node_modules'), {recursive: true})
    t.regex(machine.launch().stderr, /no-install-recommends nodejs npm\n/)
  }),
)

covered(
  'installed by npm it finds the Node beside its packages, though sudo forgot the PATH',
  on({}, (t, machine) => {
    const prefix = join(machine.checkout, '../prefix')
    machine.write(join(prefix, 'lib/node_modules/podlab/dist/main.js'), '')
    machine.write(join(prefix, 'bin/node'), '#!/bin/sh\necho "prefix $*"\n')
    spawnSync('cp', [launcher, join(prefix, 'lib/node_modules/podlab/podlab')])
    symlinkSync('../lib/node_modules/podlab/podlab', join(prefix, 'bin/podlab'))
    const start = () => machine.launch(['ls'], {program: join(prefix, 'bin/podlab')})
    t.is(start().stdout, `prefix ${prefix}/lib/node_modules/podlab/dist/main.js ls\n`)
    rmSync(join(prefix, 'bin/node'))
    t.is(start().code, 3)
    t.regex(start().stderr, /^podlab: node is not on the PATH/)
  }),
)

const byRoot = mayCover && process.getuid?.() === 0 ? test : test.skip
byRoot(
  'what Node compiles lies beside the packages of their owner, and for others in their own cache',
  on({}, (t, machine) => {
    const packages = join(machine.checkout, 'node_modules')
    machine.write(join(packages, '.bin/node'), '#!/bin/sh\necho "$NODE_COMPILE_CACHE"\n')
    const environment = {HOME: '/home/me', XDG_CACHE_HOME: ''}
    t.is(machine.launch([], {environment}).stdout, `${packages}/.cache/podlab\n`)
    chmodSync(packages, 0o777)
    chownSync(packages, 65534, 65534)
    t.is(machine.launch([], {environment}).stdout, '/home/me/.cache/podlab\n')
  }),
)

const shellcheck = ['/usr/bin/shellcheck', '/usr/local/bin/shellcheck'].find(path => existsSync(path))
const checked = shellcheck ? test : test.skip
checked(`shellcheck finds nothing in the shell scripts${shellcheck ? '' : ' (it is not installed here)'}`, t => {
  const look = (...files: readonly string[]) => spawnSync(shellcheck ?? '', files, {encoding: 'utf8'})
  const {status, stdout} = look(launcher, join(launcher, '../vagrant/provision'))
  t.is(stdout, '')
  t.is(status, 0)
  t.not(spawnSync(shellcheck ?? '', ['-'], {input: '#!/bin/sh\nrm $1\n'}).status, 0)
})
