import test from 'ava'
import type {ResourceRecord} from '../../../src/dns/wire/record.ts'
import {ask, testServer} from '../_ask.ts'
import {otherServer} from './_other-server.ts'

test('loadbalance mixes addresses, and keeps aliases before them', async t => {
  let dice = 0
  const alias: ResourceRecord = {name: 'many.example.com.', ttl: 60, type: 'CNAME', target: 'x.example.com.'}
  const addresses = [1, 2, 3].map(
    (host): ResourceRecord => ({name: 'x.example.com.', ttl: 60, type: 'A', address: `192.0.2.${host}`}),
  )
  const {exchange} = otherServer({'A many.example.com.': [...addresses, alias]})
  const server = testServer({
    corefile: '. {\n loadbalance\n forward . 203.0.113.10\n}',
    exchange,
    random: () => {
      dice += 1
      return (dice * 0.37) % 1
    },
  })
  const orders = new Set<string>()
  for (let turn = 0; turn < 20; turn++) {
    const {answers} = await ask(server, {name: 'many.example.com.', type: 'A'})
    t.is(answers[0]?.type, 'CNAME')
    orders.add(answers.map(record => ('address' in record ? record.address : '')).join(' '))
  }
  t.true(orders.size > 2)
})
