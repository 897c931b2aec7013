import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import type {ExecutionContext} from 'ava'
import {rcodes} from '../../src/dns/wire/codes.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import {queryBytes} from '../dns/_ask.ts'
import {startProgram} from '../real/_podlab.ts'
import {freePort} from './_ports.ts'

export type RunningCoredns = {
  /** The bytes that it answers; undefined when it says nothing for a while. */
  ask(query: Buffer): Promise<Buffer | undefined>
  /** What it has printed so far. */
  said(): string
}

/** Starts a CoreDNS for a test; in the Corefile `PORT` stands for its port. Waits until it knows the cluster. */
export async function startCoredns(t: ExecutionContext, program: string, corefile: string): Promise<RunningCoredns> {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-judge-'))
  const port = await freePort()
  const file = join(folder, 'Corefile')
  writeFileSync(file, corefile.replaceAll('PORT', `${port}`))
  const server = startProgram([program, '-conf', file], {cwd: folder, environment: {}})
  const socket = createSocket('udp4')
  t.teardown(async () => {
    socket.close()
    server.child.kill('SIGKILL')
    await server.ended.catch(() => undefined)
    rmSync(folder, {recursive: true, force: true})
  })
  let patience = 300
  const ask = async (query: Buffer): Promise<Buffer | undefined> => {
    socket.send(query, port, '127.0.0.1')
    const signal = AbortSignal.timeout(patience)
    for (;;) {
      const said = await once(socket, 'message', {signal}).catch(() => undefined)
      if (said === undefined || said[0].readUInt16BE(0) === query.readUInt16BE(0)) return said?.[0]
    }
  }
  const knows = async () => {
    const bytes = await ask(queryBytes({name: 'kubia.other.svc.cluster.local.', type: 'A'}))
    return bytes !== undefined && readMessage(bytes).rcode !== rcodes.SERVFAIL
  }
  for (const deadline = performance.now() + 30_000; !(await knows()); await pause(50))
    if (performance.now() > deadline) throw new Error(`CoreDNS does not answer; it said ${server.said()}`)
  patience = 10_000
  return {ask, said: server.said}
}
