import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import type {TestFn} from 'ava'
import {decode, encode} from 'dns-packet'
import {type Account, makePlace} from './_podlab.ts'

/** The lab asks a DNS server of the machine, which is played here at 127.0.0.1, for the names that it does not know itself. */
export function dnsOutsideSuite(test: TestFn, account: Account): void {
  const place = makePlace(account)
  const [asking, alone] = [place.name('asking'), place.name('alone')]
  const asked: string[] = []
  const machine = createSocket('udp4')
  machine.on('message', (bytes, {address, port}) => {
    const {id, questions = []} = decode(bytes)
    const [{name = '', type = 'A'} = {}] = questions
    asked.push(name)
    const answers = type === 'A' ? [{name, type, ttl: 60, data: '198.51.100.77'} as const] : []
    if (!name.startsWith('silent')) machine.send(encode({type: 'response', id, questions, answers}), port, address)
  })
  const inLab = (lab: string, ...argv: readonly string[]) =>
    place.podlab('exec', '--lab', lab, 'pod/client', '--', ...argv)
  const client = `{apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: main, image: nicolaka/netshoot, command: [sleep, infinity]}]}}`
  const rest = `internet: [{name: example.com, address: 203.0.113.10}]\nmanifests: [${client}]\n`

  test.serial.before(async t => {
    t.timeout(180_000)
    machine.bind(0, '127.0.0.1')
    await once(machine, 'listening')
    const host = `cluster: {dns: {host: "127.0.0.1:${machine.address().port}"}}\n`
    for (const [name, text] of [
      [asking, host + rest],
      [alone, rest],
    ] as const) {
      const {code, stderr} = await place.podlab('up', place.lab(name, text))
      t.deepEqual({code, stderr}, {code: 0, stderr: ''})
    }
  })
  test.after.always(async () => {
    await place.podlab('down', '--all')
    machine.close()
    place.remove()
  })

  test.serial(`${account.name}: a name that the lab does not know is asked outside, by UDP and TCP`, async t => {
    t.timeout(120_000)
    t.is((await inLab(asking, 'dig', '+short', 'www.example.net')).stdout, '198.51.100.77\n')
    t.is((await inLab(asking, 'dig', '+short', '+tcp', 'ftp.example.net')).stdout, '198.51.100.77\n')
    t.true(['www.example.net', 'ftp.example.net'].every(name => asked.includes(name)))
  })

  test.serial(`${account.name}: what the lab knows is asked of nobody outside`, async t => {
    t.timeout(120_000)
    t.is((await inLab(asking, 'dig', '+short', 'example.com')).stdout, '203.0.113.10\n')
    t.is((await inLab(asking, 'dig', '+short', '+tcp', 'example.com')).stdout, '203.0.113.10\n')
    t.regex((await inLab(asking, 'dig', 'nobody.default.svc.cluster.local')).stdout, /status: NXDOMAIN/)
    t.false(asked.some(name => name === 'example.com' || name.endsWith('cluster.local')))
  })

  test.serial(`${account.name}: a server outside that is silent is waited for a few seconds`, async t => {
    t.timeout(120_000)
    t.regex((await inLab(asking, 'dig', '+time=15', '+tries=1', 'silent.example.net')).stdout, /status: SERVFAIL/)
    t.true(asked.includes('silent.example.net'))
  })

  test.serial(`${account.name}: without it no query leaves the lab`, async t => {
    t.timeout(120_000)
    t.regex((await inLab(alone, 'dig', 'www.example.net')).stdout, /status: NXDOMAIN/)
    t.is((await inLab(alone, 'dig', '+short', 'example.com')).stdout, '203.0.113.10\n')
  })
}
