import {createPrivateKey, createPublicKey, randomUUID, sign, verify} from 'node:crypto'
import {injectedSeconds} from '../objects/account-token.ts'
import type {ServiceAccount} from '../objects/service-account.ts'
import type {Store} from '../store/store.ts'
import type {User} from './call.ts'

/** A token that is good, or why it is not. */
export type Checked = {readonly user: User; readonly audiences: readonly string[]} | {readonly why: string}

/** Makes and checks the tokens of service accounts. */
export type Tokens = {
  issue(account: ServiceAccount, wish: TokenWish): {readonly token: string; readonly expires: number}
  check(token: string): Checked
}

/** What a token is asked for with; `pod` binds it to the life of a pod. */
export type TokenWish = {
  readonly seconds: number
  readonly audiences?: readonly string[]
  readonly pod?: {readonly name: string; readonly uid: string}
}

/** How long a token lasts that every pod gets: programs read it once, and would be locked out after an hour. */
const yearSeconds = 365 * 24 * 3600

const issuer = 'https://kubernetes.default.svc.cluster.local'

/**
 * Tokens are signed (JWT, ES256) and not kept: what one says holds for as long as the account, and the pod that it is bound to, live. So a deletion
 * takes a token back, and nothing else has to be remembered.
 */
export function serviceAccountTokens({store, key, now}: {store: Store; key: string; now: () => number}): Tokens {
  const privateKey = createPrivateKey(key)
  const publicKey = createPublicKey(privateKey)
  const seconds = () => Math.floor(now() / 1000)
  return {
    issue: ({metadata}, {seconds: wished, audiences = [issuer], pod}) => {
      const life = wished === injectedSeconds && pod ? yearSeconds : wished
      const {namespace = '', name, uid} = metadata
      const claims: Claims = {
        aud: audiences,
        exp: seconds() + life,
        iat: seconds(),
        nbf: seconds(),
        iss: issuer,
        jti: randomUUID(),
        sub: `system:serviceaccount:${namespace}:${name}`,
        'kubernetes.io': {namespace, serviceaccount: {name, uid: uid ?? ''}, ...(pod && {pod})},
      }
      const said = `${encode({alg: 'ES256', typ: 'JWT'})}.${encode(claims)}`
      const signature = sign('sha256', Buffer.from(said), {key: privateKey, dsaEncoding: 'ieee-p1363'})
      return {token: `${said}.${signature.toString('base64url')}`, expires: (claims.iat + wished) * 1000}
    },
    check: token => {
      const claims = read(token)
      if (claims === undefined) return {why: 'invalid bearer token'}
      if (claims.exp <= seconds()) return {why: 'service account token has expired'}
      return userOf(claims, store)
    },
  }

  function read(token: string): Claims | undefined {
    const [head = '', body = '', signature = '', ...more] = token.split('.')
    if (more.length > 0 || signature === '') return undefined
    const proof = Buffer.from(signature, 'base64url')
    const good = verify('sha256', Buffer.from(`${head}.${body}`), {key: publicKey, dsaEncoding: 'ieee-p1363'}, proof)
    return good ? (JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims) : undefined
  }
}

type Claims = {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly nbf: number
  readonly iss: string
  readonly jti: string
  readonly sub: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: {readonly name: string; readonly uid: string}
    readonly pod?: {readonly name: string; readonly uid: string}
  }
}

function userOf({sub, aud, 'kubernetes.io': {namespace, serviceaccount, pod}}: Claims, store: Store): Checked {
  const account = store.get('ServiceAccount', {namespace, name: serviceaccount.name})
  if (account?.metadata.uid !== serviceaccount.uid) return {why: 'service account token has been invalidated'}
  const bound = pod && store.get('Pod', {namespace, name: pod.name})
  if (pod && bound?.metadata.uid !== pod.uid) return {why: 'pod token has been invalidated'}
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  const extra = {
    'authentication.kubernetes.io/pod-name': [pod?.name ?? ''],
    'authentication.kubernetes.io/pod-uid': [pod?.uid ?? ''],
  }
  return {user: {name: sub, uid: serviceaccount.uid, groups, ...(pod && {extra})}, audiences: aud}
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
