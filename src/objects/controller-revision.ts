import {ageOf} from './age.ts'
import {equal} from './equal.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {invalidText, type Mistake, required} from './mistake.ts'
import {anything, integer} from './schema.ts'

/** A template that a DaemonSet or a StatefulSet has had, for `kubectl rollout history` and `undo`. */
export type ControllerRevision = KubeObject & {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'ControllerRevision'
  /** A strategic merge patch that brings the template back: `{spec: {template: {..., $patch: 'replace'}}}`. */
  readonly data?: unknown
  /** The higher, the newer. */
  readonly revision: number
}

export const controllerRevisionKind: Kind<ControllerRevision> = {
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  shortNames: [],
  namespaced: true,
  apiVersions: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1'],
  countsGenerations: false,
  name: dnsSubdomain,
  fields: {data: anything, revision: integer(0, Number.MAX_SAFE_INTEGER)},
  required: ['revision'],
  defaults: revision => revision,
  validate: ({data}) => (data === undefined ? [required(['data'], 'data is mandatory')] : []),
  initial: revision => revision,
  inherit: revision => revision,
  validateUpdate: dataMistakes,
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Controller', value: controllerColumn},
    {name: 'Revision', type: 'integer', value: ({revision}) => `${revision}`},
    {name: 'Age', value: ageOf},
  ],
}

function dataMistakes({data}: ControllerRevision, before: ControllerRevision): Mistake[] {
  return equal(data, before.data) ? [] : [invalidText(['data'], JSON.stringify(data), 'field is immutable')]
}

/** `daemonset.apps/web`. */
function controllerColumn({metadata}: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({controller}) => controller)
  if (owner === undefined) return '<none>'
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : ''
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`
}
