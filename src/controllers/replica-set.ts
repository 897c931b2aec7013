import {replicasController} from './replicas.ts'

export const replicaSetController = replicasController('ReplicaSet', {
  name: 'replica-set',
  component: 'replicaset-controller',
})
