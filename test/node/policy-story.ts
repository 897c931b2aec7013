import test from 'ava'
import {policyStory} from '../../src/node/policy-story.ts'
import {policyOf} from './policy/_worlds.ts'

function storyOf(refused?: string) {
  const told: string[] = []
  const policies = new Map([['shop/deny', policyOf('deny', 'shop', {})]])
  const story = policyStory({
    name: 'node1',
    recorder: {
      record: ({kind, metadata}, {type, reason, message}) =>
        told.push(`${kind} ${metadata.name} ${type} ${reason}: ${message}`),
    },
    world: {policies, refused},
  })
  return {story, policies, told: () => told.splice(0)}
}

test('a node that cannot enforce policies says so of itself and of each of them', t => {
  const {story, told} = storyOf()
  story.failed(new Error('nft is missing'))
  t.deepEqual(told(), [
    'Node node1 Warning NetworkPolicyNotEnforced: node1 cannot enforce NetworkPolicies: nft is missing',
    'NetworkPolicy deny Warning NetworkPolicyNotEnforced: node1 cannot enforce NetworkPolicies: nft is missing',
  ])
})

test('so does one that may not read them', t => {
  t.deepEqual(storyOf('networkpolicies is forbidden').told(), [
    'Node node1 Warning NetworkPolicyNotEnforced: node1 cannot enforce NetworkPolicies: networkpolicies is forbidden',
  ])
})
