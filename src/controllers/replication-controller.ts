import {replicasController} from './replicas.ts'

export const replicationController = replicasController('ReplicationController', {
  name: 'replication-controller',
  component: 'replication-controller',
})
