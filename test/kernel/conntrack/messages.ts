import test from 'ava'
import {deletionRequest, listRequest, readList} from '../../../src/kernel/conntrack/messages.ts'

/* What the kernel (6.18) told conntrack 1.4.7, as strace shows it, of `conntrack -I -p udp -s 1.2.3.4 -d 10.96.0.10 --sport 1000 --dport 53 --dst-nat 10.32.0.3 -t 100`. */
const original = `3400 0180  1400 0180 0800 0100 01020304 0800 0200 0a60000a
  1c00 0280 0500 0100 11000000 0600 0200 03e80000 0600 0300 00350000`
const reply = `3400 0280  1400 0180 0800 0100 0a200003 0800 0200 01020304
  1c00 0280 0500 0100 11000000 0600 0200 00350000 0600 0300 03e80000`
const status = (bits: string) => `0800 0300 ${bits}`
const identity = '0800 0c00 5af3fbe1'
const rest = '0800 0b00 00000001 0800 0700 00000063 1c00 1880 0800 0100 00000000 0800 0200 00000000 0800 0300 00000000'
const entry = (bits: string) =>
  hex(
    `c0000000 0001 2200 e5f1016b 1e340000 02000000 ${original} ${reply} ${status(bits)} 0800 0800 00000000 ${identity} ${rest}`,
  )
const rewritten = entry('000001a8')
const done = hex('14000000 0300 0200 e5f1016b 1e340000 00000000')

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
}

test('the list is asked for as conntrack -D asks, but for the number of the request, and for both families', t => {
  t.deepEqual(listRequest(), hex('14000000 0101 0103 00000000 00000000 00000000'))
})

test('a connection has its client’s destination, and the endpoint that it goes to', t => {
  const {found = [], over} = readList(rewritten) ?? {}
  t.like(found, [{protocol: 'udp', to: '10.96.0.10', port: 53, nattedTo: '10.32.0.3'}])
  t.is(over, undefined, 'more may follow')
})

test('a connection over IPv6 likewise', t => {
  const tuple = (type: string, from: string, to: string) =>
    `5c00 ${type} 2c00 0180 1400 0300 ${from} 1400 0400 ${to}
    1c00 0280 0500 0100 11000000 0600 0200 03e80000 0600 0300 00350000`.replace('5c00', '4c00')
  const [client, service, pod] = ['1', 'a', '3'].map(last => `fd000010 00960000 00000000 0000000${last}`) as [
    string,
    string,
    string,
  ]
  const body = `${tuple('0180', client, service)} ${tuple('0280', pod, client)} ${status('000001a8')} ${identity}`
  const length = (20 + body.replaceAll(/\s/g, '').length / 2).toString(16)
  const bytes = hex(`${length}000000 0001 2200 e5f1016b 1e340000 0a000000 ${body}`)
  t.like(readList(bytes)?.found, [{family: 10, to: 'fd00:10:96::a', port: 53, nattedTo: 'fd00:10:96::3'}])
})

test('a connection whose destination was not rewritten goes to no endpoint', t => {
  t.false('nattedTo' in (readList(entry('00000188'))?.found[0] ?? {}))
})

test('several messages come in one answer; the last says that it is over', t => {
  const {found, over} = readList(Buffer.concat([rewritten, rewritten, done])) ?? {}
  t.deepEqual([found?.length, over], [2, 0])
})

test('an error ends the list', t => {
  t.is(readList(hex('24000000 0200 0000 e5f1016b 1e340000 ffffffff 14000000 0101 0103 00000000 00000000'))?.over, 1)
})

test('what breaks off is no list', t => {
  t.is(readList(rewritten.subarray(0, 100)), undefined)
})

test('a connection is deleted by its original direction and its identity', t => {
  const [connection] = readList(rewritten)?.found ?? []
  if (!connection) return t.fail('no connection')
  t.deepEqual(deletionRequest(connection), hex(`50000000 0201 0500 00000000 00000000 02000000 ${original} ${identity}`))
})
