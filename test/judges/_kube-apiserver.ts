import {spawn} from 'node:child_process'
import {generateKeyPairSync} from 'node:crypto'
import {once} from 'node:events'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {request} from 'node:https'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import type {Asked, Server} from '../apiserver/judged/_play.ts'
import {freePort} from './_ports.ts'

/** A real kube-apiserver with its etcd, on loopback ports, its data in a folder that goes with it. */
export type Judge = {
  readonly ask: Server
  readonly port: number
  readonly token: string
  readonly authority: string
  stop(): Promise<void>
}

export async function startJudge(): Promise<Judge> {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-judge-'))
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()]
  const token = 'judge-token'
  writeFileSync(join(folder, 'tokens.csv'), `${token},kubernetes-admin,1,system:masters\n`)
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  writeFileSync(join(folder, 'sa.key'), privateKey.export({type: 'pkcs1', format: 'pem'}))
  const etcd = start('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    '--unsafe-no-fsync',
  ])
  const server = start('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=10.0.20.254',
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--authorization-mode=AlwaysAllow',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(folder, 'sa.key')}`,
    `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
  ])
  const ask: Server = asked => send(asked, port, token)
  const stop = async () => {
    for (const one of [server, etcd]) {
      if (one.exitCode !== null) continue
      one.kill('SIGKILL')
      await once(one, 'exit')
    }
    rmSync(folder, {recursive: true, force: true})
  }
  try {
    await ready(ask)
    await prepare(ask)
  } catch (error) {
    await stop()
    throw error
  }
  return {ask, port, token, authority: join(folder, 'certificates/apiserver.crt'), stop}
}

function start(program: string, args: readonly string[]) {
  const child = spawn(program, args, {stdio: ['ignore', 'ignore', process.env.JUDGE_LOG ? 'inherit' : 'ignore']})
  child.on('error', () => undefined)
  return child
}

async function ready(ask: Server): Promise<void> {
  const deadline = Date.now() + 120_000
  const probe = {method: 'GET', path: '/readyz', headers: {}, body: undefined}
  while (Date.now() < deadline) {
    const answer = await ask(probe).catch(() => undefined)
    if (answer?.status === 200) return
    await pause(200)
  }
  throw new Error('kube-apiserver was not ready after 120 s; JUDGE_LOG=1 shows what it says')
}

/** What a controller manager would do first: pods are only taken where there is an account for them. */
async function prepare(ask: Server): Promise<void> {
  const body = JSON.stringify({metadata: {name: 'default'}, automountServiceAccountToken: false})
  const path = '/api/v1/namespaces/default/serviceaccounts'
  const {status, text} = await ask({method: 'POST', path, headers: {'content-type': 'application/json'}, body})
  if (status !== 201) throw new Error(`the judge has no account for pods: ${text}`)
}

function send({method, path, headers, body}: Asked, port: number, token: string) {
  return new Promise<{status: number; text: string}>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: {
          ...headers,
          authorization: `Bearer ${token}`,
          ...(body !== undefined && {'content-length': Buffer.byteLength(body)}),
        },
        rejectUnauthorized: false,
        agent: false,
        signal: AbortSignal.timeout(20_000),
      },
      answer => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', piece => {
          text += piece
        })
        answer.on('end', () => resolve({status: answer.statusCode ?? 0, text}))
        answer.on('error', reject)
      },
    )
    asked.on('error', cause => reject(new Error(`${method} ${path}: no answer`, {cause})))
    asked.end(body)
  })
}
