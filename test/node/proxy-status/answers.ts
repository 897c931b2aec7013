import test from 'ava'
import {
  checkedServices,
  goTime,
  healthAnswer,
  isHealthy,
  livenessAnswer,
  lonelyServices,
  serviceAnswer,
} from '../../../src/node/proxy-status/answers.ts'
import {newSyncRecord, queued} from '../../../src/node/proxy-status/sync-record.ts'
import {endpoint, kubia} from '../proxy/_plan.ts'

const birth = Date.parse('2025-01-01T00:00:00Z')
const fresh = {...newSyncRecord(birth), syncedAt: birth + 1000}

test('a proxy whose rules are written is healthy as of now', t => {
  t.deepEqual(healthAnswer(fresh, {now: birth + 90_000, eligible: true}), {
    status: 200,
    type: 'application/json',
    body: '{"lastUpdated": "2025-01-01 00:01:30 +0000 UTC","currentTime": "2025-01-01 00:01:30 +0000 UTC", "nodeEligible": true}',
  })
})

test('a proxy that cannot write its rules for a minute is not, and says since when', t => {
  const waiting = queued(fresh, birth + 2000)
  t.true(isHealthy(waiting, birth + 62_000))
  const {status, body} = livenessAnswer(waiting, birth + 62_250)
  t.is(status, 503)
  t.is(body, '{"lastUpdated": "2025-01-01 00:00:01 +0000 UTC","currentTime": "2025-01-01 00:01:02.25 +0000 UTC"}')
})

test('a node that goes away takes no more packets, though its proxy lives', t => {
  t.is(healthAnswer(fresh, {now: birth, eligible: false}).status, 503)
  t.is(livenessAnswer(fresh, birth).status, 200)
})

test('times are printed as Go does', t => {
  t.is(goTime(birth), '2025-01-01 00:00:00 +0000 UTC')
  t.is(goTime(birth + 10.5), '2025-01-01 00:00:00.01 +0000 UTC')
  t.is(goTime(birth + 120), '2025-01-01 00:00:00.12 +0000 UTC')
})

const checked = {...kubia, name: 'default/kubia:http', nodePort: 30001, healthCheckNodePort: 30002}

test('a health check counts the ready pods of this node, each once', t => {
  const twoPorts = [checked, {...checked, name: 'default/kubia:admin', port: 81}]
  t.deepEqual(checkedServices([...twoPorts, kubia], 'node1'), [
    {port: 30002, namespace: 'default', name: 'kubia', endpoints: 2},
  ])
  const leaving = {...checked, endpoints: [endpoint('172.17.12.2', 8080, {ready: false, lingering: true})]}
  t.is(checkedServices([leaving], 'node1')[0]?.endpoints, 0)
})

test('with pods here the answer is 200, without any 503, whatever is asked', t => {
  const service = {port: 30002, namespace: 'default', name: 'kubia', endpoints: 2}
  t.deepEqual(serviceAnswer(service, true), {
    status: 200,
    type: 'application/json',
    body: '{\n\t"service": {\n\t\t"namespace": "default",\n\t\t"name": "kubia"\n\t},\n\t"localEndpoints": 2,\n\t"serviceProxyHealthy": true\n}',
    weight: 2,
  })
  t.is(serviceAnswer({...service, endpoints: 0}, true).status, 503)
  t.is(serviceAnswer(service, false).status, 503)
})

test('lonely are Services with a policy Local whose pods are all elsewhere', t => {
  const far = [endpoint('172.17.13.2', 8080)]
  const local = {...kubia, internalTrafficPolicy: 'Local', endpoints: far} as const
  const both = {...local, name: 'default/other', externalTrafficPolicy: 'Local'} as const
  t.deepEqual(lonelyServices([local, {...local, name: 'default/kubia:b'}, both, kubia], 'node1'), {
    internal: 2,
    external: 1,
  })
  t.deepEqual(lonelyServices([{...local, endpoints: []}], 'node1'), {internal: 0, external: 0}, 'nobody has it')
  t.deepEqual(lonelyServices([local], 'master'), {internal: 0, external: 0})
})
