import test from 'ava'
import type {Container} from '../../src/objects/container.ts'
import {amountsOf, requestsOf, sumOf} from '../../src/objects/requests.ts'

const asking = (requests?: Record<string, string | number>): Container => ({
  name: 'c',
  image: 'i',
  ...(requests && {resources: {requests}}),
})

test('the containers of a pod are added up, exactly', t => {
  t.deepEqual(requestsOf({containers: ['0.1', '0.2'].map(cpu => asking({cpu}))}), {cpu: 300})
  t.deepEqual(requestsOf({containers: [asking({cpu: 1, memory: '1Ki'}), asking({memory: '1k'}), asking()]}), {
    cpu: 1000,
    memory: 2024,
  })
  t.deepEqual(requestsOf({containers: [asking()]}), {})
})

test('an init container counts when it needs more than all the others together', t => {
  const initContainers = [asking({cpu: '2'}), asking({memory: '1M'})]
  t.deepEqual(requestsOf({initContainers, containers: [asking({cpu: '1500m', memory: '2M'})]}), {
    cpu: 2000,
    memory: 2_000_000,
  })
})

test('a part of a thousandth of a cpu is a whole one, and what a fraction leaves over is none', t => {
  t.deepEqual(amountsOf({cpu: '100u', memory: '1500m'}), {cpu: 1, memory: 2})
  t.deepEqual(amountsOf({cpu: '0.3', pods: '110'}), {cpu: 300, pods: 110})
})

test('amounts are added by name', t => {
  t.deepEqual(sumOf({cpu: 1, pods: 2}, {cpu: 3, memory: 4}), {cpu: 4, pods: 2, memory: 4})
})
