import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import test from 'ava'
import {rcodes} from '../../src/dns/wire/codes.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import type {Message} from '../../src/dns/wire/record.ts'
import {printAnswer, queryBytes, type Wanted} from '../dns/_ask.ts'
import {type CorefileName, corefiles} from '../dns/_corefiles.ts'
import {fixtureObjects} from '../dns/_fixture.ts'
import {type Row, readTable, shortened} from '../dns/_table.ts'
import {startProgram} from '../real/_podlab.ts'
import {objectsApi} from './_objects-api.ts'
import {freePort} from './_ports.ts'
import {missing, programNamed} from './_programs.ts'

/** Where podlab answers otherwise than CoreDNS 1.12, and why. */
const otherwise: readonly {readonly about: (row: Row) => boolean; readonly theirs: RegExp; readonly reason: string}[] =
  [
    {
      about: ({type, answer}) => type === 'SOA' && answer.startsWith('NXDOMAIN'),
      theirs: /^NODATA/,
      reason:
        'CoreDNS does not look whether the name exists when its SOA record is asked for: a name has to exist for every type or for none (RFC 8020)',
    },
    {
      about: ({type, answer}) => type === 'TXT' && answer.startsWith('NODATA'),
      theirs: /^NXDOMAIN/,
      reason:
        'CoreDNS denies names that have no records of their own (cluster.local, default.svc) when TXT is asked for, and only then',
    },
  ]

const coredns = programNamed('coredns')

if (coredns === undefined) test.skip(`CoreDNS answers the tables: ${missing('coredns')}`, () => undefined)
else
  for (const name of Object.keys(corefiles) as CorefileName[])
    test.serial(`CoreDNS answers the table of "${name}" as podlab does, but for the listed reasons`, async t => {
      const api = await objectsApi(fixtureObjects())
      const folder = mkdtempSync(join(tmpdir(), 'podlab-judge-'))
      const port = await freePort()
      const corefile = join(folder, 'Corefile')
      const filled = corefiles[name]
        .replaceAll('PORT', `${port}`)
        .replaceAll('BIND', 'bind 127.0.0.1')
        .replaceAll('ENDPOINT', `endpoint ${api.url}`)
      writeFileSync(corefile, filled)
      const server = startProgram([coredns, '-conf', corefile], {cwd: folder, environment: {}})
      const socket = createSocket('udp4')
      t.teardown(async () => {
        socket.close()
        api.close()
        server.child.kill('SIGKILL')
        await server.ended.catch(() => undefined)
        rmSync(folder, {recursive: true, force: true})
      })
      const ask = async (wanted: Wanted): Promise<Message | undefined> => {
        socket.send(queryBytes(wanted), port, '127.0.0.1')
        const said = await once(socket, 'message', {signal: AbortSignal.timeout(500)}).catch(() => undefined)
        return said && readMessage(said[0])
      }
      const deadline = performance.now() + 30_000
      const known: Wanted = {name: 'kubia.other.svc.cluster.local.', type: 'A'}
      while (((await ask(known))?.rcode ?? rcodes.SERVFAIL) === rcodes.SERVFAIL) {
        if (performance.now() > deadline) throw new Error(`CoreDNS does not answer; it said ${server.said()}`)
        await pause(50)
      }
      const mistaken: string[] = []
      for (const row of readTable(name)) {
        const message = await ask(row)
        const theirs = message ? shortened(printAnswer(message)) : 'nothing'
        const known = otherwise.some(({about, theirs: pattern}) => about(row) && pattern.test(theirs))
        if (theirs !== row.answer && !known) mistaken.push(`${row.type} ${row.name}\n${row.answer}\nCoreDNS: ${theirs}`)
      }
      t.deepEqual(mistaken, [])
    })
