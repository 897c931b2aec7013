import test from 'ava'
import {tableWords} from '../../../src/cluster/story/table-words.ts'
import {nftChangeBetween} from '../../../src/kernel/nftables/change.ts'
import {nftName} from '../../../src/node/proxy/nftables/names.ts'
import {nftablesPlan} from '../../../src/node/proxy/nftables/nftables.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {kubia, node1} from '../../node/proxy/_plan.ts'

const interest = {services: new Set(['default/kubia']), addresses: new Set<string>()}
const without = {...kubia, endpoints: []}

function words(before: readonly ServicePort[], after: readonly ServicePort[]): readonly string[] {
  const change = nftChangeBetween(nftablesPlan(before, node1), nftablesPlan(after, node1))
  return change ? tableWords(change, interest) : []
}

test('a Service that comes has a chain that draws lots, and one for each endpoint', t => {
  t.deepEqual(words([], [kubia]), [
    `wrote ${nftName('service', kubia)}, which draws lots among 3 endpoints`,
    'wrote 3 endpoint chains: to 172.17.12.2:8080, 172.17.12.3:8080, 172.17.13.2:8080',
  ])
})

test('what goes is removed, and without endpoints the Service refuses', t => {
  const [removed = '', refused = '', ...more] = words([kubia], [without])
  t.regex(removed, /^removed service-\S+, endpoint-\S+, and 2 more$/)
  t.is(refused, 'wrote an element that refuses: there are no endpoints')
  t.deepEqual(more, [])
})

test('others are no concern', t => {
  t.deepEqual(words([], [{...kubia, name: 'default/other'}]), [])
})
