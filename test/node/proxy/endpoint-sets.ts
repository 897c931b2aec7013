import test from 'ava'
import {endpointSets} from '../../../src/node/proxy/endpoint-sets.ts'
import {endpoint, kubia, linesOf, planned} from './_plan.ts'

/* Endpoints of 172.17.12.x are on node1, the others on master. */
const sets = test.macro((t, sketch: string, cluster: string, local: string) => {
  const endpoints = sketch.split(' ').map(word => {
    const [ip = '', state = ''] = word.split('=')
    return endpoint(ip, 8080, {ready: state === 'ready', ...(state === 'lingering' && {lingering: true})})
  })
  const found = endpointSets({...kubia, endpoints}, {nodeName: 'node1'})
  t.is(found.cluster.map(({ip}) => ip).join(' '), cluster)
  t.is(found.local.map(({ip}) => ip).join(' '), local)
})

test(
  'ready endpoints are used, and no others',
  sets,
  '172.17.12.2=ready 172.17.13.2=ready 172.17.13.3=neither',
  '172.17.12.2 172.17.13.2',
  '172.17.12.2',
)
test(
  'as long as one is ready, those that go are left alone',
  sets,
  '172.17.12.2=ready 172.17.12.3=lingering',
  '172.17.12.2',
  '172.17.12.2',
)
test(
  'when none is ready, those that go and still answer stand in',
  sets,
  '172.17.12.2=lingering 172.17.13.2=neither',
  '172.17.12.2',
  '172.17.12.2',
)
test(
  'a node without a ready one falls back on its own that go',
  sets,
  '172.17.12.2=lingering 172.17.13.2=ready',
  '172.17.13.2',
  '172.17.12.2',
)
test('nothing is left when none answers', sets, '172.17.12.2=neither 172.17.13.2=neither', '', '')

const hinted = test.macro({
  exec: (t, sketch: string, zone: string | undefined, cluster: string) => {
    const endpoints = sketch.split(' ').map(word => {
      const [ip = '', zones = ''] = word.split('=')
      return endpoint(ip, 8080, zones === '' ? {} : {zones: zones.split(',')})
    })
    const context = {nodeName: 'node1', ...(zone !== undefined && {zone})}
    t.is(
      endpointSets({...kubia, endpoints}, context)
        .cluster.map(({ip}) => ip)
        .join(' '),
      cluster,
    )
  },
  title: (title = '') => `hints: ${title}`,
})

test(
  'a node uses what is meant for its zone',
  hinted,
  '172.17.12.2=a 172.17.13.2=b 172.17.13.3=a,b',
  'a',
  '172.17.12.2 172.17.13.3',
)
test('one endpoint without a hint undoes all', hinted, '172.17.12.2=a 172.17.13.2', 'a', '172.17.12.2 172.17.13.2')
test('a zone that nothing is meant for uses all', hinted, '172.17.12.2=a 172.17.13.2=b', 'c', '172.17.12.2 172.17.13.2')
test('a node without a zone uses all', hinted, '172.17.12.2=a 172.17.13.2=b', undefined, '172.17.12.2 172.17.13.2')

test('with the policy Local the last pod of a node has its chain while it goes', t => {
  const endpoints = [endpoint('172.17.12.2', 8080, {ready: false, lingering: true}), endpoint('172.17.13.2', 8080)]
  const lines = linesOf('kubia', planned([{...kubia, internalTrafficPolicy: 'Local', endpoints}]))
  t.regex(lines, /-A KUBE-SVL-\S+ .* 172\.17\.12\.2:8080" -j KUBE-SEP-/)
  t.regex(lines, /--to-destination 172\.17\.12\.2:8080/)
  t.notRegex(lines, /172\.17\.13\.2/)
})

test('with a node port and the policy Local for outside, both sets have their chains', t => {
  const endpoints = [endpoint('172.17.12.2', 8080, {ready: false, lingering: true}), endpoint('172.17.13.2', 8080)]
  const port = {...kubia, nodePort: 30080, externalTrafficPolicy: 'Local' as const, endpoints}
  const lines = linesOf('kubia', planned([port]))
  t.regex(lines, /-A KUBE-SVL-\S+ .* 172\.17\.12\.2:8080"/)
  t.regex(lines, /-A KUBE-SVC-\S+ .* 172\.17\.13\.2:8080"/)
  t.is(lines.match(/-j DNAT --to-destination/g)?.length, 2)
})
