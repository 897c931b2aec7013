import {anything, integer, list, listBy, map, record, type Schema, setOf, string} from '../../../src/objects/schema.ts'

const port = record({name: string, containerPort: integer(1), protocol: string})
const container = record({
  name: string,
  image: string,
  args: list(string),
  env: listBy(['name'], record({name: string, value: string})),
  ports: listBy(['containerPort', 'protocol'], port),
})

/** A pod and a deployment in one, as small as they can be and have every way to merge. */
export const small: Schema = record({
  apiVersion: string,
  kind: string,
  metadata: record({
    name: string,
    labels: map(string),
    annotations: map(string),
    finalizers: setOf(string),
    managedFields: anything,
  }),
  spec: record({
    replicas: integer(0),
    nodeSelector: map(string),
    containers: listBy(['name'], container),
    tolerations: list(record({key: string})),
    strategy: {...record({type: string, rollingUpdate: map(anything)}), retainKeys: true} as Schema,
    free: anything,
  }),
  status: record({phase: string, replicas: integer(0)}),
})
