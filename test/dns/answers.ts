import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {connect, createServer} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {answer, authority} from '../../src/dns/kubernetes/answer.ts'
import {clusterNames} from '../../src/dns/kubernetes/cluster-names.ts'
import {kubernetesDefaults} from '../../src/dns/kubernetes/config.ts'
import {serveTcp, serveUdp} from '../../src/dns/serve.ts'
import {rcodes, typeNumber} from '../../src/dns/wire/codes.ts'
import {longestZone} from '../../src/dns/wire/name.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import type {Message} from '../../src/dns/wire/record.ts'
import {printAnswer, queryBytes, testServer, udpClient} from './_ask.ts'
import {type CorefileName, corefiles, ownCorefile} from './_corefiles.ts'
import {fixtureView} from './_fixture.ts'
import {type Row, readTable, shortened} from './_table.ts'

type Asking = (row: Row) => Promise<Message>

/** Asks every row of a table, and shows all that are answered otherwise. */
async function compare(t: ExecutionContext, rows: readonly Row[], ask: Asking): Promise<void> {
  t.true(rows.length > 0)
  const found: Row[] = []
  for (const row of rows) found.push({...row, answer: shortened(printAnswer(await ask(row)))})
  t.deepEqual(found, rows)
}

for (const name of Object.keys(corefiles) as CorefileName[]) {
  const rows = readTable(name)

  test(`with the Corefile "${name}" ${rows.length} questions are answered as the table says`, async t => {
    const server = testServer({corefile: ownCorefile(name)})
    t.teardown(server.close)
    await compare(t, rows, async row => {
      const bytes = await server.answer(queryBytes(row), udpClient, 53)
      return readMessage(bytes ?? Buffer.alloc(0))
    })
  })
}

test('the pure function answers every question about the cluster as the table says', async t => {
  const zones = ['cluster.local.', 'in-addr.arpa.', 'ip6.arpa.']
  const config = {...kubernetesDefaults(zones, 'cluster.local.'), ttl: 30, pods: 'insecure'} as const
  const names = clusterNames(fixtureView(), {now: () => 0})
  const place = {names, config, ownAddresses: []}
  const rows = readTable('usual').filter(
    ({name, type, answer}) =>
      longestZone(name.toLowerCase(), zones) !== undefined && type !== 'ANY' && !answer.includes('example.com'),
  )
  t.true(rows.length > 200)
  await compare(t, rows, async row => {
    const zone = longestZone(row.name.toLowerCase(), zones) ?? '.'
    const said = answer(place, {name: row.name, type: typeNumber(row.type) ?? 0, zone})
    const denial = {answers: [], authorities: [authority(place, row.name.slice(-zone.length))], additionals: []}
    const empty = readMessage(queryBytes(row))
    switch (said.kind) {
      case 'records':
        return {...empty, answers: said.answers, additionals: said.additionals ?? []}
      case 'no data':
        return {...empty, ...denial}
      case 'no name':
        return {...empty, ...denial, rcode: rcodes.NXDOMAIN}
      case 'refused':
        return {...empty, rcode: rcodes.REFUSED}
    }
  })
})

test('a table with a wrong row is found out', async t => {
  const server = testServer({corefile: ownCorefile('usual')})
  t.teardown(server.close)
  const row = {name: 'kubia.default.svc.cluster.local.', type: 'A'}
  const wrong = {...row, answer: 'kubia.default.svc.cluster.local. 30 IN A 10.96.77.8'}
  const trial = await t.try(async trial =>
    compare(trial, [wrong], async () =>
      readMessage((await server.answer(queryBytes(row), udpClient, 53)) ?? Buffer.alloc(0)),
    ),
  )
  trial.discard()
  t.false(trial.passed)
})

test('the table is answered the same over UDP on loopback', async t => {
  const server = testServer({corefile: ownCorefile('usual')})
  const socket = createSocket('udp4')
  const client = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  serveUdp(server, socket, 53)
  t.teardown(() => {
    server.close()
    socket.close()
    client.close()
  })
  const {port} = socket.address()
  await compare(t, readTable('usual'), async row => {
    client.send(queryBytes(row), port, '127.0.0.1')
    const [bytes] = await once(client, 'message')
    return readMessage(bytes)
  })
})

test('the table is answered the same over one TCP connection, all questions at once', async t => {
  const server = testServer({corefile: ownCorefile('usual')})
  const listener = createServer({allowHalfOpen: true}).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  serveTcp(server, listener, 53)
  const address = listener.address()
  const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  t.teardown(() => {
    server.close()
    client.destroy()
    listener.close()
  })
  const rows = readTable('usual')
  const queries = rows.map((row, index) => queryBytes(row, index))
  client.write(Buffer.concat(queries.flatMap(bytes => [Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])))
  const answers = new Map<number, Message>()
  let read = Buffer.alloc(0)
  for await (const chunk of client) {
    read = Buffer.concat([read, chunk as Buffer])
    while (read.length >= 2 && read.length >= read.readUInt16BE(0) + 2) {
      const message = readMessage(read.subarray(2, read.readUInt16BE(0) + 2))
      answers.set(message.id, message)
      read = read.subarray(read.readUInt16BE(0) + 2)
    }
    if (answers.size === rows.length) break
  }
  await compare(t, rows, async row => {
    const message = answers.get(rows.indexOf(row))
    if (!message) throw new Error(`no answer to ${row.type} ${row.name}`)
    return message
  })
})
