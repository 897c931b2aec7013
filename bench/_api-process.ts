/*
 * An API server in a process of its own, with so many pods, for `apiserver.ts`: a lab's store and server without the lab. Says where it is, and
 * changes pods when it is told how many times.
 */
import {createServer} from 'node:net'
import {createApiServer} from '../src/apiserver/server.ts'
import {createAuthority, serverCertificate} from '../src/apiserver/tls/certificates.ts'
import type {Pod} from '../src/objects/pod.ts'
import {testApi} from '../test/apiserver/_api.ts'

const count = Number(process.argv[2])
const now = new Date()
const authority = createAuthority('podlab bench', now)
const {api} = testApi({historyLimit: 10_000})
for (let index = 0; index < count; index++) api.store.create(pod(index))

const pair = serverCertificate(authority, ['localhost', '127.0.0.1'], now)
const server = createApiServer(api, {...pair, authority: authority.certificate})
const door = createServer(socket => {
  socket.on('error', () => undefined)
  server.emit('connection', socket)
})
door.listen(0, '127.0.0.1', () => process.send?.({authority, port: (door.address() as {port: number}).port}))

// An update that changes nothing would be none.
let changes = 1

process.on('message', async ({updates}: {updates: number}) => {
  for (const last = changes + updates; changes < last; changes++) {
    const name = `pod-${changes % count}`
    const before = api.store.get('Pod', {namespace: 'default', name})
    if (before) api.store.update({...before, metadata: {...before.metadata, labels: {app: 'web', step: `${changes}`}}})
    // Watchers hear of changes between turns, as they do when changes come in over HTTP.
    if (changes % 20 === 19) await new Promise(setImmediate)
  }
  process.send?.({rss: process.memoryUsage.rss()})
})

/** About 1.5 KB of JSON, as a pod that runs has. */
function pod(index: number): Pod {
  const ip = `10.244.${index >> 8}.${index & 255}`
  const time = '2026-01-01T00:00:00Z'
  const condition = (type: string) => ({type, status: 'True' as const, lastTransitionTime: time})
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: `pod-${index}`, namespace: 'default', labels: {app: 'web', step: '0'}},
    spec: {
      nodeName: `node${index % 10}`,
      containers: [{name: 'main', image: 'luksa/kubia', imagePullPolicy: 'Always', resources: {}}],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      securityContext: {},
      tolerations: ['not-ready', 'unreachable'].map(key => ({
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
    },
    status: {
      phase: 'Running',
      qosClass: 'BestEffort',
      conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(condition),
      hostIP: `10.0.20.${index % 10}`,
      hostIPs: [{ip: `10.0.20.${index % 10}`}],
      podIP: ip,
      podIPs: [{ip}],
      startTime: time,
      containerStatuses: [
        {
          name: 'main',
          image: 'luksa/kubia',
          imageID: 'podlab://luksa/kubia',
          containerID: `podlab://${index}`,
          ready: true,
          started: true,
          restartCount: 0,
          state: {running: {startedAt: time}},
        },
      ],
    },
  }
}
