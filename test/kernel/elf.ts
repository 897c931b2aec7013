import {spawnSync} from 'node:child_process'
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {type TinyProgram, tinyElf} from '../../src/kernel/elf.ts'

const headerSize = 120

/** As `readelf --file-header --program-headers` names them. */
function headersOf(elf: Uint8Array): string {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength)
  const hex = (offset: number) => `0x${view.getBigUint64(offset, true).toString(16)}`
  return [
    `Magic ${Buffer.from(elf.slice(0, 16)).toString('hex')}`,
    `Type ${view.getUint16(16, true)} Machine ${view.getUint16(18, true)} Version ${view.getUint32(20, true)}`,
    `Entry ${hex(24)} Program headers at ${hex(32)}, ${view.getUint16(56, true)} of ${view.getUint16(54, true)} bytes`,
    `Segment type ${view.getUint32(64, true)} flags ${view.getUint32(68, true)} offset ${hex(72)} at ${hex(80)}`,
    `Sizes ${hex(96)} ${hex(104)} align ${hex(112)}`,
  ].join('\n')
}

const golden = test.macro({
  exec: (t, program: TinyProgram, arch: string, {machine, size}: {machine: number; size: number}) => {
    const elf = tinyElf(program, arch)
    const total = (headerSize + size).toString(16)
    t.is(
      headersOf(elf),
      `Magic 7f454c46020101000000000000000000
Type 2 Machine ${machine} Version 1
Entry 0x400078 Program headers at 0x40, 1 of 56 bytes
Segment type 1 flags 5 offset 0x0 at 0x400000
Sizes 0x${total} 0x${total} align 0x1000`,
    )
    t.is(elf.length, headerSize + size)
  },
  title: (_, program, arch) =>
    `${program} for ${arch} is a static executable of one segment, entered behind its headers`,
})

test(golden, 'pause', 'x64', {machine: 62, size: 40})
test(golden, 'init', 'x64', {machine: 62, size: 121})
test(golden, 'pause', 'arm64', {machine: 183, size: 68})
test(golden, 'init', 'arm64', {machine: 183, size: 134})

const addresses = test.macro({
  exec: (t, arch: string, addressesIn: (code: DataView) => readonly number[]) => {
    const code = Buffer.from(tinyElf('init', arch)).subarray(headerSize)
    const texts = addressesIn(new DataView(code.buffer, code.byteOffset, code.byteLength)).map(at =>
      code.toString('latin1', at, code.indexOf(0, at)),
    )
    t.deepEqual(texts, ['proc', '/proc'])
  },
  title: (_, arch) => `init for ${arch} mounts proc at /proc: its instructions point at these words`,
})

/* lea rdi, [rip + x]; lea rsi, [rip + y]: seven bytes each. */
test(addresses, 'x64', code => [7 + code.getInt32(3, true), 14 + code.getInt32(10, true)])
/* adr x0, .+x; adr x1, .+y: bits 30-29 are the lowest of the distance, bits 23-5 the others. */
test(addresses, 'arm64', code =>
  [0, 4].map(at => {
    const word = code.getUint32(at, true)
    return at + ((word >>> 5) & 0x7ffff) * 4 + ((word >>> 29) & 3)
  }),
)

test('a machine that is neither is named', t => {
  t.throws(() => tinyElf('pause', 'riscv64'), {message: 'podlab runs on x64 and arm64 machines; this one is riscv64'})
})

const folder = mkdtempSync(join(tmpdir(), 'podlab-elf-'))
test.after.always(() => rmSync(folder, {recursive: true}))

function install(program: TinyProgram): string {
  const path = join(folder, program)
  writeFileSync(path, tinyElf(program, process.arch))
  chmodSync(path, 0o755)
  return path
}

/** A shell line as the first process of a pid namespace of its own. */
function inSandbox(line: string) {
  const words = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--', 'sh', '-c', line]
  const {status, stdout, stderr} = spawnSync('unshare', words, {encoding: 'utf8', timeout: 60_000})
  return {status, stdout: stdout?.trim() ?? '', stderr: stderr?.trim() ?? ''}
}

const refusal = inSandbox('true')
const sandboxed = refusal.status === 0 ? test : test.skip

sandboxed(`init shows its own pid namespace's processes and becomes the program${why()}`, t => {
  const init = install('init')
  const sh = '"$(command -v sh)"'
  const {stdout, stderr} = inSandbox(
    `exec ${init} ${sh} own-name -c 'echo $$ $0 $1; set -- /proc/[0-9]*; echo $#' zero one`,
  )
  t.is(stderr, '')
  t.is(stdout, '1 zero one\n1', 'the shell alone')
})

sandboxed(`init gives the program the name, the arguments and the environment${why()}`, t => {
  const init = install('init')
  const {stdout} = inSandbox(
    `exec env -i A=1 B=two ${init} "$(command -v sh)" own-name -c 'tr "\\0" "|" < /proc/1/cmdline; echo; env | grep "^[AB]="'`,
  )
  t.regex(stdout, /^own-name\|-c\|/)
  t.deepEqual(stdout.split('\n').slice(1).toSorted(), ['A=1', 'B=two'])
})

sandboxed(`init closes descriptor 3 and no other${why()}`, t => {
  const {stdout} = inSandbox(`exec 3>&1 4>&1; exec ${install('init')} "$(command -v sh)" sh -c 'ls /proc/1/fd'`)
  const descriptors = stdout.split('\n')
  t.false(descriptors.includes('3'))
  t.true(descriptors.includes('4'))
})

sandboxed(`init ends with 127 when there is no such program${why()}`, t => {
  t.is(inSandbox(`exec ${install('init')} /no/such/program name`).status, 127)
})

/** A copy of `true` that somebody has open for writing for a fifth of a second. */
const busily = (rest: string) =>
  `cd ${mkdtempSync(join(folder, 'busy-'))}; cp /bin/true busy
  (exec 5>>busy; : > held; sleep 0.2) & until [ -e held ]; do sleep 0.01; done; ${rest}`

sandboxed(`init and terminal wait for a program that is still being written${why()}`, t => {
  t.regex(inSandbox(busily('exec 5>>busy; ./busy')).stderr, /Text file busy/, 'a shell does not wait')
  t.is(inSandbox(busily(`exec ${install('init')} ./busy name`)).status, 0)
  t.is(inSandbox(busily(`exec ${install('terminal')} ./busy name`)).status, 0)
})

sandboxed(`pause lives until it is killed, and leaves no orphan unreaped${why()}`, t => {
  const fifo = join(folder, 'orphan')
  const {stdout} = inSandbox(`mount -t proc proc /proc; mkfifo ${fifo}
    (cat ${fifo} >/dev/null & echo $! >${fifo}.pid; exec ${install('pause')}) & pause=$!
    until grep -q '^SigIgn:.*1....$' /proc/$pause/status; do sleep 0.01; done
    echo end >${fifo}
    for i in $(seq 1000); do [ -e /proc/$(cat ${fifo}.pid) ] || break; sleep 0.01; done
    kill -0 $pause && echo lives; cat /proc/[0-9]*/stat | grep -c ' Z '
    kill -KILL $pause; wait $pause; echo $?`)
  t.is(stdout, 'lives\n0\n137')
})

function why(): string {
  return refusal.status === 0 ? '' : ` (skipped: ${refusal.stderr})`
}
