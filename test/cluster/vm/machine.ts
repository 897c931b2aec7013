import {spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import {jobLine} from '../../../src/cluster/vm/guest.ts'
import {cachedKernel, kernelIn, vmCacheFolder} from '../../../src/cluster/vm/kernel-cache.ts'
import {checkPrograms} from '../../../src/cluster/vm/programs.ts'
import {qemuArguments} from '../../../src/cluster/vm/qemu.ts'

const folder = mkdtempSync(join(tmpdir(), 'podlab-test-vm-'))
test.after.always(() => rmSync(folder, {recursive: true, force: true}))

const job = {folder: '/', environment: {}, shares: [], modules: '/m'}

/** What a shell makes of a job's line, with the functions of the machine's own script in place of those that mount. */
function played(line: string, last: string): string {
  const script = Buffer.from(line, 'base64').toString().replaceAll('/run/podlab-vm/command', join(folder, 'command'))
  const given = `modules() { echo "modules $1"; }; share() { echo "share $1 $2"; }\n${script}\n${last}\n`
  return spawnSync('/bin/sh', ['-c', given], {encoding: 'utf8'}).stdout
}

test('a job comes on one line, whatever is in it', t => {
  t.is(jobLine({...job, command: ['echo', 'a\nb'], environment: {A: '\n\n'}}).split('\n').length, 2)
})

test('the shell of the machine gets words and variables as they were given', t => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[ -~\n]*$/), {maxLength: 4}),
      fc.stringMatching(/^[ -~\n]*$/),
      (words, value) => {
        const line = jobLine({...job, command: ['printf', '%s|', value, ...words], environment: {VALUE: value}})
        t.is(
          played(line, `sh ${join(folder, 'command')}`),
          `modules /m\n${[value, ...words].map(word => `${word}|`).join('')}`,
        )
      },
    ),
    {numRuns: 20},
  )
})

test('a job names its folders', t => {
  const line = jobLine({...job, folder: "/it's", shares: ['/a b', '/c'], command: ['true']})
  t.is(played(line, 'echo "$folder"'), "modules /m\nshare share0 /a b\nshare share1 /c\n/it's\n")
})

test('qemu is told of folders with commas in their names', t => {
  const words = qemuArguments({
    ...{kernel: '/k', initrd: '/i', memoryMb: 512, cpus: 1, accelerator: 'tcg'},
    shares: ['/a,b'],
  })
  t.true(words.includes('local,id=share0,path=/a,,b,security_model=passthrough,multidevs=remap'))
  t.true(
    words.includes('local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'),
    "the machine's own files, read-only",
  )
})

test('the cache is where XDG_CACHE_HOME says', t => {
  t.is(vmCacheFolder({XDG_CACHE_HOME: '/c', HOME: '/h'}), '/c/podlab/vm')
  t.is(vmCacheFolder({HOME: '/h'}), '/h/.cache/podlab/vm')
})

test('what an interrupted setup has left is no kernel, and a broken one is named', t => {
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  t.is(cachedKernel(cache), undefined, 'no stamp yet')
  writeFileSync(join(cache, 'stamp'), '6.1.0-40-amd64\n')
  t.throws(() => cachedKernel(cache), {
    message: `${cache}/vmlinux is gone. Fetch the kernel anew: podlab vm --setup`,
  })
  const {kernel, modules} = kernelIn(cache, '6.1.0-40-amd64')
  mkdirSync(modules, {recursive: true})
  for (const file of [kernel, join(modules, 'modules.dep')]) writeFileSync(file, '')
  t.is(cachedKernel(cache)?.version, '6.1.0-40-amd64')
})

test('missing programs are named with what brings them', t => {
  t.throws(() => checkPrograms('x64', ['qemu-system-x86_64', 'depmod']), {
    message: /^qemu-system-x86_64, depmod are missing\. .*qemu-system-x86.*kmod/,
  })
  t.throws(() => checkPrograms('arm64', []), {message: /machines of x86-64 only, and this one is arm64/})
  t.notThrows(() => checkPrograms('x64', []))
})
