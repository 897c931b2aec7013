import {podNamed} from '../_api.ts'

/* A pod as it is sent, and the same with a name, labels or a spec of its own. */
export const web = podNamed('web')
export const named = (name: string) => ({...web, metadata: {name}})
export const labelled = (labels: unknown) => ({...web, metadata: {name: 'web', labels}})
export const withSpec = (spec: unknown) => ({...web, spec})
