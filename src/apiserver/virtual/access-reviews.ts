import {ApiError} from '../status.ts'
import type {Virtual} from './index.ts'
import {review, type Spec} from './review.ts'

/*
 * Who may do what. Whoever gets in may do everything here, so every question is answered with yes; a user whom the lab does not know may
 * do nothing.
 */
const apiVersion = 'authorization.k8s.io/v1'
const allowed = {allowed: true, reason: 'podlab lets everybody who gets in do everything'}

export const accessReviews: readonly Virtual[] = [
  review({
    kind: 'SelfSubjectAccessReview',
    apiVersion,
    review: (spec, {user}) => {
      needAttributes('SelfSubjectAccessReview', spec)
      return user.name === 'system:anonymous' ? {allowed: false} : allowed
    },
  }),
  review({kind: 'SubjectAccessReview', apiVersion, review: spec => reviewOfUser('SubjectAccessReview', spec)}),
  review({
    kind: 'LocalSubjectAccessReview',
    apiVersion,
    namespaced: true,
    review: (spec, {namespace}) => {
      const attributes = spec.resourceAttributes as {namespace?: string} | undefined
      if (attributes && attributes.namespace !== namespace)
        throw new ApiError(
          'BadRequest',
          `spec.resourceAttributes.namespace must match namespace: ${JSON.stringify(namespace)}`,
        )
      return reviewOfUser('LocalSubjectAccessReview', spec)
    },
  }),
  review({
    kind: 'SelfSubjectRulesReview',
    apiVersion,
    review: ({namespace}) => {
      if (!namespace) throw new ApiError('BadRequest', 'no namespace on request')
      return {
        resourceRules: [{verbs: ['*'], apiGroups: ['*'], resources: ['*']}],
        nonResourceRules: [{verbs: ['*'], nonResourceURLs: ['*']}],
        incomplete: false,
      }
    },
  }),
]

function reviewOfUser(kind: string, spec: Spec) {
  needAttributes(kind, spec)
  const {user = '', groups = []} = spec as {user?: unknown; groups?: readonly unknown[]}
  if (user === '' && groups.length === 0)
    throw invalidReview(kind, 'spec.user', 'Required value: at least one of user or group must be specified')
  return user === 'system:anonymous' ? {allowed: false} : allowed
}

function needAttributes(kind: string, {resourceAttributes, nonResourceAttributes}: Spec): void {
  if (resourceAttributes && nonResourceAttributes)
    throw invalidReview(
      kind,
      'spec.nonResourceAttributes',
      'Invalid value: "null": cannot be specified in combination with resourceAttributes',
    )
  if (!resourceAttributes && !nonResourceAttributes)
    throw invalidReview(
      kind,
      'spec.resourceAttributes',
      'Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
    )
}

function invalidReview(kind: string, field: string, message: string): ApiError {
  return new ApiError('Invalid', `${kind}.authorization.k8s.io "" is invalid: ${field}: ${message}`, {
    group: 'authorization.k8s.io',
    kind,
    causes: [{reason: 'FieldValueInvalid', message, field}],
  })
}
