import type {Store} from '../../store/store.ts'
import type {IssueToken} from '../store-client.ts'

/** Gives nodes of this process tokens for their pods. What makes them is loaded for the first. */
export function tokenIssuer(store: Store, key: string): IssueToken {
  const loading = once(async () => {
    const {serviceAccountTokens} = await import('../../apiserver/tokens.ts')
    return serviceAccountTokens({store, key, now: Date.now})
  })
  return async (account, {metadata}, {audience, expirationSeconds = 3600}) => {
    const tokens = await loading()
    const pod = {name: metadata.name, uid: metadata.uid ?? ''}
    return tokens.issue(account, {seconds: expirationSeconds, ...(audience && {audiences: [audience]}), pod})
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
