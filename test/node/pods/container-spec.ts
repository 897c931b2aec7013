import test from 'ava'
import {imageOf} from '../../../src/images/own-image.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {ContainerError} from '../../../src/node/pods/container-error.ts'
import {containerSpec} from '../../../src/node/pods/container-spec.ts'
import type {Container} from '../../../src/objects/container.ts'
import {podOf} from '../_fakes.ts'

const files = {'/etc/hostname': 'web\n'}
const images = [imageOf({name: 'my/app', root: '/labs/own/rootfs', arguments: ['app']}, {folder: '/run/own-0'})]

function specOf(container: Partial<Container>) {
  const whole = {name: 'main', image: 'busybox', ...container}
  return containerSpec(podOf('web', {containers: [whole]}), whole, {
    pausePid: 42,
    files,
    images,
    services: {},
    allocatable: {},
    lookup: () => undefined,
    addresses: {ip: parseIp('172.17.12.2'), hostIp: parseIp('10.0.20.11')},
  })
}

/** As docs.k8s.io has it: command replaces the entrypoint and drops the image's arguments, args replace those. */
const command = test.macro({
  exec: (t, container: Partial<Container>, expected: string) => t.is(specOf(container).argv.join(' '), expected),
  title: (_, container, expected) => `${JSON.stringify(container)} runs ${expected}`,
})

test(command, {image: 'luksa/kubia'}, 'node app.js')
test(command, {image: 'luksa/kubia', args: ['other.js']}, 'node app.js other.js')
test(command, {image: 'luksa/kubia', command: ['sleep', '1']}, 'sleep 1')
test(command, {image: 'luksa/kubia', command: ['sleep'], args: ['2']}, 'sleep 2')
test(command, {image: 'busybox'}, 'sh')
test(command, {image: 'busybox', args: ['ls', '/']}, 'ls /')
test(command, {image: 'docker.io/library/busybox:1.36', command: ['top']}, 'top')

test('an image of the catalogue is played when its own program is run, and only then', t => {
  t.is(specOf({image: 'luksa/kubia'}).played, 'kubia')
  t.is(specOf({image: 'luksa/kubia', command: ['sleep', '1']}).played, undefined)
  t.is(specOf({image: 'busybox'}).played, undefined)
})

test('the environment is that of the runtime, the image and the manifest, the later ones stronger', t => {
  const {environment} = specOf({
    env: [{name: 'GREETING', value: 'hello'}, {name: 'EMPTY'}, {name: 'HOME', value: '/tmp'}],
  })
  t.like(environment, {HOSTNAME: 'web', HOME: '/tmp', GREETING: 'hello', EMPTY: ''})
  t.true(environment.PATH?.split(':').includes('/usr/bin'))
})

test('a container joins the namespaces of its pod and has its files', t => {
  t.like(specOf({}), {id: 'web/main', pausePid: 42, root: 'busybox', workingDirectory: '/'})
  t.is(specOf({}).files['/etc/hostname'], 'web\n')
  t.is(specOf({workingDir: '/srv'}).workingDirectory, '/srv')
})

test("an image of the lab's own is found beside the catalogue's, and told with them", t => {
  t.like(specOf({image: 'docker.io/my/app:v2'}), {root: {folder: '/run/own-0'}, argv: ['app'], played: undefined})
  t.throws(() => specOf({image: 'my/other'}), {message: /^image "my\/other" is not in the catalogue; .*, my\/app, /})
})

test('an image that nobody knows is an ErrImagePull that lists those there are', t => {
  const error = t.throws(() => specOf({image: 'nginx-typo'}), {instanceOf: ContainerError})
  t.is(error?.reason, 'ErrImagePull')
  t.regex(error?.message ?? '', /^image "nginx-typo" is not in the catalogue; it has alpine, .*luksa\/kubia/)
})

test('no command at all is a CreateContainerError', t => {
  const error = t.throws(() => specOf({command: [], args: []}), {instanceOf: ContainerError})
  t.like(error, {reason: 'CreateContainerError', message: 'no command specified'})
})

test('a variable may be a field of the pod, and be used as $(NAME) by those behind it and by the command', t => {
  const field = (name: string, fieldPath: string) => ({name, valueFrom: {fieldRef: {fieldPath}}})
  const {environment, argv} = specOf({
    env: [
      field('POD_IP', 'status.podIP'),
      field('HOST_IP', 'status.hostIP'),
      field('NAME', 'metadata.name'),
      {name: 'URL', value: 'http://$(POD_IP):80/$(NAME)'},
      {name: 'PLAIN', value: '$$(POD_IP) $(NOBODY) $HOME'},
    ],
    command: ['echo', '$(URL)'],
    args: ['$(HOST_IP)'],
  })
  t.like(environment, {
    POD_IP: '172.17.12.2',
    HOST_IP: '10.0.20.11',
    NAME: 'web',
    URL: 'http://172.17.12.2:80/web',
    PLAIN: '$(POD_IP) $(NOBODY) $HOME',
  })
  t.deepEqual(argv, ['echo', 'http://172.17.12.2:80/web', '10.0.20.11'])
})

test('what podlab does not give a container is a CreateContainerConfigError that names it', t => {
  const mount = {name: 'www', mountPath: '/srv', mountPropagation: 'Bidirectional'}
  const error = t.throws(() => specOf({volumeMounts: [mount]}), {instanceOf: ContainerError})
  t.is(error?.reason, 'CreateContainerConfigError')
  t.is(error?.message, 'podlab does not give pods mountPropagation Bidirectional at /srv; leave it out')
})

test('a container sees the volumes that it mounts', t => {
  t.deepEqual(specOf({volumeMounts: [{name: 'www', mountPath: '/srv'}]}).mounts, [{volume: 'www', path: '/srv'}])
  t.is(specOf({}).mounts, undefined)
})

test("a container is called by its pod's uid and its own name", t => {
  t.is(specOf({name: 'side'}).id, 'web/side')
})
