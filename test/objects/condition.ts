import test from 'ava'
import {withCondition} from '../../src/objects/condition.ts'

const noon = Date.parse('2025-01-01T12:00:00Z')

test('a condition that is said anew moves its time only with its status', t => {
  const first = withCondition([], {type: 'Ready', status: 'False', reason: 'Starting'}, noon)
  t.deepEqual(first, [{type: 'Ready', status: 'False', reason: 'Starting', lastTransitionTime: '2025-01-01T12:00:00Z'}])
  const other = withCondition(first, {type: 'PodScheduled', status: 'True'}, noon)
  const same = withCondition(other, {type: 'Ready', status: 'False', reason: 'StillStarting'}, noon + 60_000)
  t.like(same, [{reason: 'StillStarting', lastTransitionTime: '2025-01-01T12:00:00Z'}, {type: 'PodScheduled'}])
  const ready = withCondition(same, {type: 'Ready', status: 'True'}, noon + 60_000)
  t.deepEqual(ready[0], {type: 'Ready', status: 'True', lastTransitionTime: '2025-01-01T12:01:00Z'})
})
