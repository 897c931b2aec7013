import test from 'ava'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import {printAnswer, queryBytes} from '../dns/_ask.ts'
import {type CorefileName, corefiles} from '../dns/_corefiles.ts'
import {fixtureObjects} from '../dns/_fixture.ts'
import {type Row, readTable, shortened} from '../dns/_table.ts'
import {startCoredns} from './_coredns.ts'
import {objectsApi} from './_objects-api.ts'
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
      t.teardown(api.close)
      const corefile = corefiles[name]
        .replaceAll('BIND', 'bind 127.0.0.1')
        .replaceAll('ENDPOINT', `endpoint ${api.url}`)
      const {ask} = await startCoredns(t, coredns, corefile)
      const mistaken: string[] = []
      for (const row of readTable(name)) {
        const bytes = await ask(queryBytes(row))
        const theirs = bytes ? shortened(printAnswer(readMessage(bytes))) : 'nothing'
        const known = otherwise.some(({about, theirs: pattern}) => about(row) && pattern.test(theirs))
        if (theirs !== row.answer && !known) mistaken.push(`${row.type} ${row.name}\n${row.answer}\nCoreDNS: ${theirs}`)
      }
      t.deepEqual(mistaken, [])
    })
