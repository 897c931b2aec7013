import {spawn, spawnSync} from 'node:child_process'
import {copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'

/*
 * vagrant validate knows the keys of config.vm and of the provider that it would choose; an unknown provider's block it passes over. Where no
 * provider is installed it has to be told to ignore that.
 */
const vagrantfile = join(import.meta.dirname, '../../Vagrantfile')
const version = spawnSync('vagrant', ['--version'], {encoding: 'utf8', env: quiet()}).stdout?.trim()
const vagrant = version ? test : test.skip
const title = (words: string) => (version ? words : `${words} (vagrant is not installed here)`)

function quiet(): NodeJS.ProcessEnv {
  const {PATH, HOME} = process.env
  return {PATH, HOME, VAGRANT_CHECKPOINT_DISABLE: '1', LC_ALL: 'C.UTF-8'}
}

type Answer = {readonly code: number | null; readonly said: string}

/* Validates a Vagrantfile in a folder of its own, so that no .vagrant is left in the checkout. */
async function validate(
  t: ExecutionContext,
  text: string | undefined,
  environment: NodeJS.ProcessEnv = {},
): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-vagrant-'))
  t.teardown(() => rmSync(folder, {recursive: true, force: true}))
  if (text === undefined) copyFileSync(vagrantfile, join(folder, 'Vagrantfile'))
  else writeFileSync(join(folder, 'Vagrantfile'), text)
  const child = spawn('vagrant', ['validate', '-p'], {
    cwd: folder,
    env: {...quiet(), VAGRANT_HOME: join(folder, 'home'), ...environment},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => {
      said += text
    })
  return new Promise(resolve => child.on('close', code => resolve({code, said})))
}

vagrant(title('the Vagrantfile is valid'), async t => {
  const {code, said} = await validate(t, undefined)
  t.is(code, 0)
  t.regex(said, /Vagrantfile validated successfully/)
})

vagrant(title('the Vagrantfile is valid with several machines and a box of one’s own'), async t => {
  const {code} = await validate(t, undefined, {
    PODLAB_MACHINES: '3',
    PODLAB_BOX: 'podlab/own',
    PODLAB_BOX_URL: 'file:///podlab.box',
    PODLAB_BOX_CHECKSUM: 'ab'.repeat(32),
    PODLAB_LIBVIRT_DRIVER: 'qemu',
  })
  t.is(code, 0)
})

vagrant(title('a Vagrantfile with a key that does not exist is refused'), async t => {
  const broken = readFileSync(vagrantfile, 'utf8').replace('config.vm.box =', 'config.vm.bx =')
  const {code, said} = await validate(t, broken)
  t.not(code, 0)
  t.regex(said, /bx/)
})

vagrant(title('a number that is none is refused, by its name'), async t => {
  const {code, said} = await validate(t, undefined, {PODLAB_MEMORY: 'much'})
  t.not(code, 0)
  t.regex(said, /PODLAB_MEMORY is "much", but a whole number is wanted/)
})
