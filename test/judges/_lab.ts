import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {request} from 'node:https'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {parse} from 'yaml'
import {type Account, makePlace, type Place, sessionFolder} from '../real/_podlab.ts'

/*
 * A lab for programs that are not podlab's own.
 *
 *   master 10.0.20.4 ── pods 172.17.13.0/24        Service kubia 10.96.77.7:80 ── two pods, :8080
 *   node1 10.0.20.11 ── pods 172.17.12.0/24        Service bare (headless) ────── the same
 */
const labFile = `
nodes:
  - {name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
manifests:
  - apiVersion: apps/v1
    kind: ReplicaSet
    metadata: {name: kubia}
    spec:
      replicas: 2
      selector: {matchLabels: {app: kubia}}
      template:
        metadata: {labels: {app: kubia}}
        spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: luksa/kubia}]}
  - apiVersion: v1
    kind: Service
    metadata: {name: kubia}
    spec: {selector: {app: kubia}, clusterIP: 10.96.77.7, ports: [{name: http, port: 80, targetPort: 8080}]}
  - apiVersion: v1
    kind: Service
    metadata: {name: bare}
    spec: {selector: {app: kubia}, clusterIP: None, ports: [{name: http, port: 8080}]}
`

export type JudgedLab = {
  readonly place: Place
  /** The kubeconfig as it is used on the host. */
  readonly kubeconfig: string
  /** A request with the administrator's certificate; the answer's body. */
  send(method: string, path: string, body?: unknown): Promise<unknown>
  down(): Promise<void>
}

export async function judgedLab(account: Account, word: string): Promise<JudgedLab> {
  const place = makePlace(account)
  const name = place.name(word)
  const {code, stderr} = await place.podlab('up', place.lab(name, labFile))
  if (code !== 0) throw new Error(`podlab up: ${stderr}`)
  const kubeconfig = join(sessionFolder(place, name), 'kubeconfig')
  const down = async () => {
    await place.podlab('down', '--all')
    place.remove()
  }
  return {place, kubeconfig, send: (method, path, body) => send(kubeconfig, {method, path, body}), down}
}

async function send(file: string, {method, path, body}: {method: string; path: string; body: unknown}) {
  const {clusters, users} = parse(readFileSync(file, 'utf8'))
  const {hostname: host, port} = new URL(clusters[0].cluster.server)
  const pem = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')
  const ca = pem(clusters[0].cluster['certificate-authority-data'])
  const cert = pem(users[0].user['client-certificate-data'])
  const key = pem(users[0].user['client-key-data'])
  const headers = {'content-type': 'application/json'}
  const asked = request({host, port, path, method, ca, cert, key, headers, agent: false})
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  const [answer] = await once(asked, 'response')
  const said = await text(answer)
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${said}`)
  return JSON.parse(said)
}
