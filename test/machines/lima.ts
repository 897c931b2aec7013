import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {parse} from 'yaml'

/* limactl warns of keys that it does not know, and goes on: a warning is a failure here. */
const text = readFileSync(join(import.meta.dirname, '../../lima.yaml'), 'utf8')
const limactl = spawnSync('limactl', ['--version']).status === 0
const validated = limactl ? test : test.skip

validated(`limactl finds lima.yaml good, and wrong ones wrong${limactl ? '' : ' (it is not installed here)'}`, t => {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-lima-'))
  t.teardown(() => rmSync(folder, {recursive: true, force: true}))
  const validate = (content: string) => {
    const file = join(folder, 'lima.yaml')
    writeFileSync(file, content)
    const env = {PATH: process.env.PATH, HOME: folder, LIMA_HOME: join(folder, '.lima')}
    const {status, stdout, stderr} = spawnSync('limactl', ['validate', file], {encoding: 'utf8', env})
    return {status, said: stdout + stderr}
  }
  const {status, said} = validate(text)
  t.is(status, 0, said)
  t.notRegex(said, /level=(warning|error|fatal)|WARN|FATA/)
  t.not(validate(text.replace(/^images:\n(?: .*\n)+/m, '')).status, 0)
})

/* What Lima's own validation asks for, as far as it concerns this file: its keys, and its rules for them. */
const keys = {
  '': 'minimumLimaVersion images cpus memory disk mountTypesUnsupported mounts containerd provision probes message',
  images: 'location arch',
  mounts: 'location mountPoint writable',
  containerd: 'system user',
  provision: 'mode script',
  probes: 'description script hint',
}

function unknownKeys(lima: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(keys).flatMap(([field, known]) => {
    const values = field === '' ? [lima] : [lima[field]].flat()
    const named = values.flatMap(value => Object.keys(value as object))
    return named.filter(key => !known.split(' ').includes(key)).map(key => `${field}.${key}`)
  })
}

test('lima.yaml has no key that Lima 1.0 does not know', t => {
  t.deepEqual(unknownKeys(parse(text)), [])
  t.deepEqual(unknownKeys(parse(text.replace('writable:', 'writeable:'))), ['mounts.writeable'])
})

test('every script of lima.yaml begins with #! and is one that sh can read', t => {
  const {provision, probes} = parse(text) as Record<'provision' | 'probes', readonly {mode?: string; script: string}[]>
  t.deepEqual(
    provision.map(({mode}) => mode),
    ['system', 'user'],
  )
  for (const {script} of [...provision, ...probes]) {
    t.regex(script, /^#!\/bin\/sh\n/)
    t.is(spawnSync('sh', ['-n', '-c', script]).status, 0, script)
  }
})
