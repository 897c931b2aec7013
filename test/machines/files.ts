import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {parse} from 'yaml'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/* Every way to a machine leads through the launcher: a second list of packages would soon differ from the first. */
const packageInstallation = /apt-get install|apt install|dnf install|apk add/

for (const file of [
  'Vagrantfile',
  'lima.yaml',
  'Containerfile',
  '.devcontainer/devcontainer.json',
  'vagrant/provision',
])
  test(`${file} installs nothing by a list of its own`, t => t.notRegex(read(file), packageInstallation))

test('a list of packages would be seen', t => t.regex('RUN apt-get install --yes iproute2', packageInstallation))

test('packages for one architecture are not taken along to another', t => {
  t.regex(read('Vagrantfile'), /rsync__exclude: %w\[node_modules\//)
  t.regex(read('lima.yaml'), /mount --bind \/var\/lib\/podlab\/node_modules \/podlab\/node_modules/)
  t.regex(read('.devcontainer/devcontainer.json'), /target=\$\{containerWorkspaceFolder\}\/node_modules,type=volume/)
  for (const file of ['.containerignore', '.dockerignore'])
    t.true(read(file).split('\n').includes('node_modules'), file)
})

test('lima.yaml has an image of Debian for either architecture, and does without 9p', t => {
  const lima = parse(read('lima.yaml')) as Record<string, unknown>
  const images = lima.images as readonly {location: string; arch: string}[]
  t.deepEqual(
    images.map(({arch}) => arch),
    ['x86_64', 'aarch64'],
  )
  for (const {location} of images)
    t.regex(location, /^https:\/\/cloud\.debian\.org\/.*genericcloud-(amd64|arm64)\.qcow2$/)
  t.deepEqual(lima.mountTypesUnsupported, ['9p'])
})

test('the devcontainer is built from a stage that the Containerfile has', t => {
  const {build, privileged} = JSON.parse(read('.devcontainer/devcontainer.json'))
  t.true(existsSync(join(root, '.devcontainer', build.dockerfile)))
  t.regex(read('Containerfile'), new RegExp(`^FROM .* AS ${build.target}$`, 'm'))
  t.true(privileged)
})
