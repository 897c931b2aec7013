import type {User} from '../call.ts'
import type {Virtual} from './index.ts'
import {review} from './review.ts'

/** Who somebody is: the one who asks, or the bearer of a token. */
const apiVersion = 'authentication.k8s.io/v1'

export const identityReviews: readonly Virtual[] = [
  selfReview(apiVersion),
  // What kubectl 1.27 asks for.
  selfReview('authentication.k8s.io/v1beta1'),
  review({
    kind: 'TokenReview',
    apiVersion,
    review: ({token}, _call, {tokens}) => {
      const found = typeof token === 'string' ? tokens?.check(token) : undefined
      return found && 'user' in found
        ? {authenticated: true, user: infoOf(found.user), audiences: found.audiences}
        : {user: {}, error: found?.why ?? 'invalid bearer token'}
    },
  }),
]

function selfReview(version: string): Virtual {
  return review({
    kind: 'SelfSubjectReview',
    apiVersion: version,
    review: (_spec, {user}) => ({userInfo: infoOf(user)}),
  })
}

function infoOf({name, uid, groups, extra}: User) {
  return {username: name, ...(uid && {uid}), groups, ...(extra && {extra})}
}
