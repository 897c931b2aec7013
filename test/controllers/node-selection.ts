import test from 'ava'
import {isSelected} from '../../src/controllers/node-selection.ts'
import type {NodeSelectorTerm} from '../../src/objects/affinity.ts'
import {sampleNode, samplePod} from '../objects/_samples.ts'

const plain = sampleNode('node1')
const node = {...plain, metadata: {...plain.metadata, labels: {disk: 'ssd', cores: '8'}}}

const selected = test.macro({
  exec: (t, expected: boolean, ...nodeSelectorTerms: readonly NodeSelectorTerm[]) => {
    const affinity = {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms}}}
    t.is(isSelected(samplePod('a', {spec: {affinity}}).spec, node), expected)
  },
  title: (title = '', expected) => `a node is ${expected ? '' : 'not '}selected by ${title}`,
})

const needs = (
  key: string,
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt',
  ...values: string[]
) => ({
  matchExpressions: [{key, operator, values}],
})

test('a value that it has', selected, true, needs('disk', 'In', 'ssd', 'nvme'))
test('a value that it has not', selected, false, needs('disk', 'In', 'hdd'))
test('a value that it must not have', selected, false, needs('disk', 'NotIn', 'ssd'))
test('a label that it has', selected, true, needs('disk', 'Exists'))
test('a label that it has not', selected, false, needs('gpu', 'Exists'))
test('a label that it must not have', selected, true, needs('gpu', 'DoesNotExist'))
test('a greater number', selected, true, needs('cores', 'Gt', '4'))
test('a smaller number', selected, false, needs('cores', 'Lt', '4'))
test('one of two terms', selected, true, needs('gpu', 'Exists'), needs('disk', 'Exists'))
test('its name', selected, true, {matchFields: [{key: 'metadata.name', operator: 'In', values: ['node1']}]})
test('another name', selected, false, {matchFields: [{key: 'metadata.name', operator: 'In', values: ['node2']}]})
test('a term that asks for nothing', selected, false, {})
