import type {Pod} from '../../../src/objects/pod.ts'

/** A pod on node1. */
export const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {name, namespace: 'default'},
  spec: {nodeName: 'node1', containers: [{name: 'main', image: 'busybox'}]},
})

/** What its node says of it once it runs. */
export const running = {phase: 'Running', podIP: '172.17.12.2'} as const
