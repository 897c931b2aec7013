import test from 'ava'
import {containerOf, logOptions, wantedStreams} from '../../../src/apiserver/streams/options.ts'
import type {Pod} from '../../../src/objects/pod.ts'

const now = Date.parse('2026-01-01T00:01:00Z')

test('a query says which streams a client wants; a terminal leaves no room for stderr', t => {
  const of = (query: string) => wantedStreams(new URLSearchParams(query))
  t.deepEqual(of('stdin=true&stdout=1'), {stdin: true, stdout: true, stderr: false, tty: false})
  t.deepEqual(of('stdout=true&stderr=true&tty=true'), {stdin: false, stdout: true, stderr: false, tty: true})
  t.deepEqual(of(''), {stdin: false, stdout: true, stderr: true, tty: false})
  t.deepEqual(of('stdin=false&stdout=TRUE&stderr=0'), {stdin: false, stdout: true, stderr: false, tty: false})
})

const podOf = (containers: readonly string[], initContainers: readonly string[] = []) =>
  ({
    metadata: {name: 'x'},
    spec: {containers: containers.map(name => ({name})), initContainers: initContainers.map(name => ({name}))},
  }) as unknown as Pod

test('the only container of a pod need not be named', t => {
  t.is(containerOf(podOf(['a']), new URLSearchParams()), 'a')
  t.is(containerOf(podOf(['a', 'b'], ['first']), new URLSearchParams('container=first')), 'first')
})

const refused = test.macro({
  exec: (t, act: () => unknown, message: string) => {
    t.throws(act, {message})
  },
  title: (_, _act, message) => `refused: ${message}`,
})

const container = (pod: Pod, query: string) => () => containerOf(pod, new URLSearchParams(query))
test(refused, container(podOf(['a', 'b']), ''), 'a container name must be specified for pod x, choose one of: [a b]')
test(
  refused,
  container(podOf(['a', 'b'], ['first']), ''),
  'a container name must be specified for pod x, choose one of: [a b] or one of the init containers: [first]',
)
test(refused, container(podOf(['a']), 'container=foo'), 'container foo is not valid for pod x')

const log = (query: string) => () => logOptions(new URLSearchParams(query), 'x', now)
test(
  refused,
  log('tailLines=-1'),
  'PodLogOptions "x" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
)
test(refused, log('limitBytes=0'), 'PodLogOptions "x" is invalid: limitBytes: Invalid value: 0: must be greater than 0')
test(
  refused,
  log('sinceSeconds=0'),
  'PodLogOptions "x" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0',
)
test(
  refused,
  log('sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z'),
  'PodLogOptions "x" is invalid: sinceSeconds: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
)
test(refused, log('tailLines=many'), 'strconv.ParseInt: parsing "many": invalid syntax')
test(refused, log('limitBytes=1e3'), 'strconv.ParseInt: parsing "1e3": invalid syntax')
test(
  refused,
  log('sinceTime=yesterday'),
  'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
)

test('a query says what of a log is wanted', t => {
  t.deepEqual(log('follow=true&tailLines=5&timestamps=true&limitBytes=10&sinceSeconds=30&previous=false')(), {
    follow: true,
    previous: false,
    timestamps: true,
    tail: 5,
    limitBytes: 10,
    since: now - 30_000,
  })
  t.is(log('sinceTime=2026-01-01T00:00:00Z')().since, now - 60_000)
  t.is(log('sinceTime=2026-01-01T02:00:00%2B02:00')().since, now - 60_000)
})
