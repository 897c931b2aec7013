import test from 'ava'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {fakeDaemon} from '../cluster/_fake-daemon.ts'
import {makePlace} from '../real/_podlab.ts'

/* The commands against a lab that only answers. */
const place = makePlace({name: 'root', uid: process.getuid?.() ?? 0, way: []})
const sessions = {environment: {XDG_RUNTIME_DIR: `${place.folder}/run`}, remove: () => place.remove()}

const pod = (name: string, app: string): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'default', labels: {app}, creationTimestamp: '2026-01-02T03:04:05Z'},
    spec: {nodeName: 'node1', containers: [{name: 'main', image: 'busybox'}]},
    status: {
      phase: 'Running',
      podIP: '172.17.1.2',
      containerStatuses: [{name: 'main', ready: true, restartCount: 0, state: {running: {}}}],
    },
  }) as KubeObject

const asked: unknown[] = []
const {server} = await fakeDaemon('fake', sessions, {
  list: async question => {
    asked.push(question)
    return question.kind === 'Pod' && question.namespace !== 'empty' ? [pod('a', 'x'), pod('b', 'y')] : []
  },
  logPiece: async request => {
    asked.push(request)
    const about = {pod: 'a', namespace: 'default', container: 'main', containers: ['main', 'side']}
    const at = 'at' in request.from ? request.from.at : 0
    return {...about, bytes: ['one\n', '\xc3\xa9\n', ''][at] ?? '', next: {life: 0, at: at + 1}, over: at === 1}
  },
  story: async question => {
    asked.push(question)
    const line = {at: Date.parse('2026-01-02T03:04:05Z'), begins: true, who: 'podlab', text: 'did it', revision: 7}
    return {
      of: 'Pod default/a',
      since: line.at,
      present: true,
      lines: !('name' in question) || question.name === 'a' ? [line] : [],
    }
  },
  inside: async ({target}) => {
    throw new Error(`there is no ${target}; the pods that run are a, b`)
  },
})
test.after.always(() => {
  server.close()
  place.remove()
})

const answered = test.macro({
  exec: async (t, words: string, expected: {code?: number; stdout?: string; stderr?: string}) =>
    t.deepEqual(await place.podlab(...words.split(' ')), {code: 0, stdout: '', stderr: '', ...expected}),
  title: (_, words) => `podlab ${words}`,
})

test(answered, 'ls', {
  stdout: 'NAME   UP SINCE                   LAB\nfake   2026-01-02T03:04:05.000Z   /labs/fake/lab.yaml\n',
})
test(answered, 'get pods -o name', {stdout: 'pod/a\npod/b\n'})
test(answered, 'get po b -o name', {stdout: 'pod/b\n'})
test(answered, 'get pods -n empty', {stderr: 'No resources found in empty namespace.\n'})
test(answered, 'get nodes', {stderr: 'No resources found.\n'})
test(answered, 'get pods c', {code: 1, stderr: 'Error from server (NotFound): pods "c" not found\n'})
test(answered, 'get pods --lab nope', {code: 2, stderr: 'podlab: no lab named nope is up; up are: fake\n'})
test(answered, 'get pods --selector ==', {
  code: 2,
  stderr: "podlab: found '==', expected: !, identifier, or 'end of string'\n",
})
test(answered, 'exec pod/nope -- ls', {code: 1, stderr: 'podlab: there is no pod/nope; the pods that run are a, b\n'})
test(answered, 'exec -n web pod/nope -- ls', {
  code: 1,
  stderr: 'podlab: there is no web/pod/nope; the pods that run are a, b\n',
})
test(answered, 'exec -n web node/nope -- ls', {
  code: 1,
  stderr: 'podlab: there is no node/nope; the pods that run are a, b\n',
})
test(answered, 'diff rules iptables ebpf svc/a', {
  code: 2,
  stderr: 'podlab: no mode is named "ebpf"; expected two of userspace, iptables, ipvs, nftables\n',
})
test(answered, 'diff rules iptables nftables pod/a', {
  code: 2,
  stderr: 'podlab: only Services have such rules; expected svc/NAME, not pod/a\n',
})
test(answered, 'diff pods iptables nftables svc/a', {code: 2, stderr: 'podlab: podlab diff knows rules, not "pods"\n'})
test(answered, 'logs pod/a/main', {stdout: 'one\né\n'})
test(answered, 'logs default/pod/a', {
  stdout: 'one\né\n',
  stderr: 'Defaulted container "main" out of: main, side\n',
})
test(answered, 'logs a', {stdout: 'one\né\n', stderr: 'Defaulted container "main" out of: main, side\n'})
test(answered, 'logs a -c main --follow --tail 5', {stdout: 'one\né\n'})
test(answered, 'story kubia', {
  code: 2,
  stderr: 'podlab: "kubia" names no object; expected KIND/NAME or KIND/LABEL=VALUE, like service/kubia\n',
})
test(answered, 'story pod/app=kubia', {
  code: 2,
  stderr: 'podlab: "pod/app=kubia" may mean several objects; expected KIND/NAME, like endpoints/kubia\n',
})
test(answered, 'story pod/', {
  code: 2,
  stderr: 'podlab: "pod/" names no object; expected KIND/NAME or KIND/LABEL=VALUE, like service/kubia\n',
})
test(answered, 'story pod/a --lab nope', {code: 2, stderr: 'podlab: no lab named nope is up; up are: fake\n'})
test(answered, 'logs a --tail -1', {code: 2, stderr: 'podlab: --tail -1: expected a number of lines\n'})
test(answered, 'logs a --since tomorrow', {
  code: 2,
  stderr: 'podlab: --since tomorrow: expected a time like 5s, 2m or 1h\n',
})
test('podlab ls --json tells the state of every lab', async t => {
  const {stdout} = await place.podlab('ls', '--json')
  t.deepEqual(JSON.parse(stdout), [
    {
      name: 'fake',
      up: true,
      pid: 1,
      source: '/labs/fake/lab.yaml',
      rootless: true,
      startedAt: '2026-01-02T03:04:05.000Z',
    },
  ])
})

test('podlab get prints a table as kubectl does, wider with -o wide', async t => {
  const narrow = (await place.podlab('get', 'pods')).stdout.split('\n')
  t.regex(narrow[0] ?? '', /^NAME +READY +STATUS +RESTARTS +AGE$/)
  t.regex(narrow[1] ?? '', /^a +1\/1 +Running +0 +\d+d$/)
  const wide = (await place.podlab('get', 'pods', '-o', 'wide')).stdout.split('\n')
  t.regex(wide[0] ?? '', /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/)
  t.regex(wide[1] ?? '', /172\.17\.1\.2 +node1/)
  const everywhere = (await place.podlab('get', 'pods', '-A')).stdout.split('\n')
  t.regex(everywhere[0] ?? '', /^NAMESPACE +NAME/)
})

test('podlab get -o json and -o yaml print one object, or a list', async t => {
  t.deepEqual(JSON.parse((await place.podlab('get', 'pod', 'a', '-o', 'json')).stdout), pod('a', 'x'))
  const list = JSON.parse((await place.podlab('get', 'pods', '-o', 'json')).stdout) as {kind: string; items: unknown[]}
  t.deepEqual([list.kind, list.items.length], ['List', 2])
  t.regex(
    (await place.podlab('get', 'pod', 'a', '-o', 'yaml')).stdout,
    /^apiVersion: v1\nkind: Pod\nmetadata:\n {2}name: a\n/,
  )
})

test.serial(
  'podlab story prints lines with times, or JSON; an unknown kind is a mistake, an object without a past a failure',
  async t => {
    t.regex(
      (await place.podlab('story', 'po/a')).stdout,
      /^Pod default\/a\n\d\d:04:05\.000 {2}podlab {2}did it \(revision 7\)\n$/,
    )
    const {lines} = JSON.parse((await place.podlab('story', 'po/a', '--json')).stdout)
    t.like(lines[0], {time: '2026-01-02T03:04:05.000Z', who: 'podlab', revision: 7})
    t.regex((await place.podlab('story')).stdout, /podlab {2}did it/)
    t.deepEqual(asked.at(-1), {})
    const unknown = await place.podlab('story', 'pood/a')
    t.regex(unknown.stderr, /^podlab: podlab does not know the kind "pood"/)
    t.is(unknown.code, 2)
    const silent = await place.podlab('story', 'po/b')
    t.regex(
      silent.stderr,
      /^nothing has happened to Pod default\/a since [\d:.]+; the lab does not remember what was before\n$/,
    )
    t.is(silent.code, 1)
  },
)

test.serial('podlab get hands namespace and selector to the daemon', async t => {
  await place.podlab('get', 'svc', '-n', 'other', '--selector', 'app=x')
  t.deepEqual(asked.at(-1), {kind: 'Service', namespace: 'other', selector: 'app=x'})
})

test('a target in no known form is a mistake in the command', async t => {
  const {code, stdout, stderr} = await place.podlab('exec', 'client', '--', 'ls')
  t.deepEqual({code, stdout}, {code: 2, stdout: ''})
  t.regex(stderr, /^podlab: "client" is no target; expected pod\/NAME, .*\n$/)
})
