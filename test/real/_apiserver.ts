import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {get as getPlain} from 'node:http'
import {get, type RequestOptions} from 'node:https'
import {connect} from 'node:net'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import type {ExecutionContext, TestFn} from 'ava'
import {parse} from 'yaml'
import {type Account, eventually, makePlace, sessionFolder} from './_podlab.ts'

/*
 * The API server as it is reached: from the host, through the socket that was handed down; from nodes and pods, at 10.96.0.1.
 *
 *   host ── 127.0.0.1:PORT (TLS, with --insecure another one without)
 *                │
 *        switch 10.0.20.254:6443 ─┬── master 10.0.20.4
 *                                 └── node1 10.0.20.11 ── pod client
 */
const labFile = `
nodes:
  - {name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24}
  - {name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}
manifests:
  - apiVersion: v1
    kind: Pod
    metadata: {name: client}
    spec: {nodeName: node1, terminationGracePeriodSeconds: 1, containers: [{name: main, image: curlimages/curl, command: [sleep, infinity]}]}
  - apiVersion: v1
    kind: Pod
    metadata: {name: busy}
    spec: {nodeName: master, terminationGracePeriodSeconds: 1, containers: [{name: main, image: busybox, command: [sh, -c, "while :; do sleep 0.01; done"]}]}
`

/** How the API server of a running lab is reached, for an account. */
export function apiServerSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const name = place.name('apiserver')
  const {podlab} = place
  const lab = place.lab(name, labFile)
  const fact = (title: string, run: (t: ExecutionContext) => Promise<void>) =>
    test.serial(`${account.name}: ${title}`, run)
  let insecureUrl = ''

  test.serial.before(async t => {
    const {code, stdout, stderr} = await podlab('up', lab, '--insecure')
    t.deepEqual({code, stderr}, {code: 0, stderr: ''})
    insecureUrl = /^Without TLS: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(stdout)?.[1] ?? ''
  })
  test.after.always(async () => {
    await podlab('down', '--all')
    place.remove()
  })
  const access = () => accessIn(join(sessionFolder(place, name), 'kubeconfig'))

  fact('every node and pod reaches https://10.96.0.1, which proves itself and lets nobody in', async t => {
    const {ca} = access()
    const script = 'printf %s "$1" > /tmp/ca.crt; curl -sS --cacert /tmp/ca.crt https://10.96.0.1/api/v1/pods'
    for (const target of ['pod/client', 'node/master', 'node/node1']) {
      const {code, stdout, stderr} = await podlab('exec', target, '--', 'sh', '-c', script, 'sh', ca)
      t.is(code, 0, stderr)
      t.like(JSON.parse(stdout), {kind: 'Status', reason: 'Unauthorized', code: 401})
      const stranger = await podlab('exec', target, '--', 'curl', '-sS', 'https://10.96.0.1/api')
      t.not(stranger.code, 0, 'without the authority nobody believes the server')
    }
  })

  fact('a pod with a certificate of the lab is let in', async t => {
    const {cert, key} = access()
    const script =
      'printf %s "$1" > /tmp/c; printf %s "$2" > /tmp/k; curl -sSk --cert /tmp/c --key /tmp/k https://10.96.0.1/api/v1/nodes'
    const {stdout} = await podlab('exec', 'pod/client', '--', 'sh', '-c', script, 'sh', cert, key)
    t.deepEqual(
      JSON.parse(stdout).items.map((node: {metadata: {name: string}}) => node.metadata.name),
      ['master', 'node1'],
    )
  })

  fact('plain http is answered behind --insecure, on a port of its own', async t => {
    const [response] = await once(getPlain(`${insecureUrl}/api/v1/namespaces/default/pods`), 'response')
    t.is(response.statusCode, 200)
    t.is(JSON.parse(await text(response)).items[1].metadata.name, 'client')
    const {host, port} = access()
    t.not(insecureUrl, `http://${host}:${port}`)
    await t.throwsAsync(once(getPlain(`http://${host}:${port}/api`), 'response'))
  })

  fact('what works uses the processor, what sleeps does not, and a node uses what its pods do', async t => {
    const used = async (path: string) => {
      const answer = await ask(access(), `/apis/metrics.k8s.io/v1beta1/${path}`)
      const {containers, usage} = JSON.parse(answer.text)
      const {cpu, memory} = usage ?? containers[0].usage
      t.regex(`${cpu} ${memory}`, /^\d+n \d+Ki$/)
      return Number.parseInt(cpu, 10) / 1e9
    }
    const busy = await used('namespaces/default/pods/busy')
    t.true(busy > 0.001, `${busy} cores`)
    t.true((await used('namespaces/default/pods/client')) < busy / 2)
    t.true((await used('nodes/master')) > busy / 2)
  })

  fact('clients that say nothing, say rubbish or break off take nothing away', async t => {
    const {host, port} = access()
    const silent = Array.from({length: 300}, () => connect(port, host).on('error', () => undefined))
    await Promise.all(silent.map(socket => once(socket, 'connect')))
    for (const socket of silent.slice(0, 100)) socket.write('rubbish\r\n\r\n')
    // The first bytes of a TLS greeting that never goes on.
    for (const socket of silent.slice(100, 200)) socket.write(Buffer.from('16030100c8010000c40303', 'hex'))
    t.is((await ask(access(), '/api')).status, 200)
    for (const socket of silent) socket.destroy()
    t.is((await ask(access(), '/api')).status, 200)
  })

  fact('no watcher is left when its client is gone', async t => {
    const path = '/api/v1/pods?watch=true'
    const requests = await Promise.all(
      Array.from({length: 20}, async () => {
        const {request} = open(access(), path)
        const [response] = await once(request, 'response')
        response.on('error', () => undefined)
        response.resume()
        return request
      }),
    )
    t.true((await watchers()) >= 20)
    for (const request of requests) request.destroy()
    await eventually('no watcher of pods is left', async () => (await watchers()) === 0)
    t.pass()
  })

  async function watchers(): Promise<number> {
    const metrics = await ask(access(), '/metrics')
    return Number(/apiserver_registered_watchers\{kind="Pod"\} (\d+)/.exec(metrics.text)?.[1] ?? 0)
  }

  fact('without --insecure there is no second port, and with the lab both are gone', async t => {
    const {host, port} = access()
    t.is((await podlab('down', name)).code, 0)
    for (const url of [insecureUrl, `http://${host}:${port}`]) await t.throwsAsync(once(getPlain(url), 'response'))
    const {code, stdout} = await podlab('up', lab)
    t.is(code, 0)
    t.notRegex(stdout, /Without TLS/)
  })
}

type Access = {
  readonly host: string
  readonly port: number
  readonly ca: string
  readonly cert: string
  readonly key: string
}

function accessIn(file: string): Access {
  const {clusters, users} = parse(readFileSync(file, 'utf8'))
  const {hostname: host, port} = new URL(clusters[0].cluster.server)
  const decode = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')
  return {
    host,
    port: Number(port),
    ca: decode(clusters[0].cluster['certificate-authority-data']),
    cert: decode(users[0].user['client-certificate-data']),
    key: decode(users[0].user['client-key-data']),
  }
}

function open({host, port, ca, cert, key}: Access, path: string) {
  const options: RequestOptions = {host, port, path, ca, cert, key, agent: false}
  const request = get(options)
  request.on('error', () => undefined)
  return {request}
}

async function ask(access: Access, path: string): Promise<{status: number; text: string}> {
  const [response] = await once(open(access, path).request, 'response')
  return {status: response.statusCode, text: await text(response)}
}
