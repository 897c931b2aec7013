import type {IncomingHttpHeaders} from 'node:http'
import type {User} from './call.ts'
import {ApiError} from './status.ts'

/**
 * Whom a request is made as: `kubectl --as=bob --as-group=dev`. Whoever gets into a lab may be anybody else; to try out what another one is
 * told is what it is for. Throws the refusal of groups without a user.
 */
export function impersonated(user: User, headers: IncomingHttpHeaders): User {
  const name = one(headers['impersonate-user'])
  const groups = many(headers['impersonate-group'])
  const uid = one(headers['impersonate-uid'])
  const extra = Object.entries(headers)
    .filter(([header]) => header.startsWith(extraPrefix))
    .map(([header, value]) => [decodeKey(header.slice(extraPrefix.length)), many(value)] as const)
  if (!name) {
    if (groups.length === 0 && !uid && extra.length === 0) return user
    throw new ApiError('BadRequest', `requested ${JSON.stringify(groups)} without impersonating a user`)
  }
  return {
    name,
    groups: [...new Set([...(groups.length > 0 ? groups : groupsOf(name)), authenticationOf(name)])],
    ...(uid && {uid}),
    ...(extra.length > 0 && {extra: Object.fromEntries(extra)}),
  }
}

const extraPrefix = 'impersonate-extra-'

function authenticationOf(name: string): string {
  return name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'
}

/** A service account is in the groups that its name says. */
function groupsOf(name: string): readonly string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name) ?? []
  return namespace ? ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] : []
}

function one(header: string | string[] | undefined): string {
  return [header ?? ''].flat()[0] ?? ''
}

/** A header that comes several times is one text by now. */
function many(header: string | string[] | undefined): readonly string[] {
  return [header ?? []].flat().flatMap(value => value.split(', ').filter(part => part !== ''))
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
