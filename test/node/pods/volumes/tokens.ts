import test from 'ava'
import type {AgentClient} from '../../../../src/node/client.ts'
import {podTokens} from '../../../../src/node/pods/volumes/tokens.ts'
import {podOf} from '../../_fakes.ts'

const hour = 3600_000

function world() {
  const asked: string[] = []
  let now = 0
  let missing = false
  const requestToken: AgentClient['requestToken'] = async ({metadata}, {audience = 'the API', expirationSeconds}) => {
    asked.push(`${metadata.name} for ${audience}, ${expirationSeconds} s`)
    if (missing) throw new Error('serviceaccounts "default" not found')
    return {token: `token ${asked.length}`, expires: now + hour}
  }
  const tokens = podTokens({requestToken}, () => now)
  return {
    tokens,
    asked: () => asked.splice(0),
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    lose: (isMissing: boolean) => {
      missing = isMissing
    },
  }
}

const source = (expirationSeconds: number, audience?: string) => ({
  path: 'token',
  expirationSeconds,
  ...(audience && {audience}),
})
const withTokens = (...sources: readonly ReturnType<typeof source>[]) =>
  podOf('web', {volumes: [{name: 'v', projected: {sources: sources.map(one => ({serviceAccountToken: one}))}}]})

test('a token is fetched once, and anew when four fifths of its time are over', async t => {
  const {tokens, asked, pass} = world()
  const pod = withTokens(source(3600))
  t.true(await tokens.refresh(pod))
  t.is(tokens.token(source(3600)), 'token 1')
  pass(0.79 * hour)
  t.false(await tokens.refresh(pod))
  pass(0.01 * hour)
  t.true(await tokens.refresh(pod))
  t.is(tokens.token(source(3600)), 'token 2')
  t.is(asked().length, 2)
})

test('a token for long is fetched anew every day', async t => {
  const {tokens, pass} = world()
  const pod = withTokens(source(30 * 86_400))
  await tokens.refresh(pod)
  pass(86_399_000)
  t.false(await tokens.refresh(pod))
  pass(1000)
  t.true(await tokens.refresh(pod))
})

test('each audience has a token of its own, and two places of one share it', async t => {
  const {tokens, asked} = world()
  await tokens.refresh(withTokens(source(3600), source(3600), source(3600, 'vault')))
  t.deepEqual(asked(), ['web for the API, 3600 s', 'web for vault, 3600 s'])
  t.not(tokens.token(source(3600)), tokens.token(source(3600, 'vault')))
})

test('what keeps a token from coming is told, and it is asked for again the next time', async t => {
  const {tokens, lose} = world()
  const pod = withTokens(source(3600))
  t.like(tokens.token(source(3600)), {message: 'it was not asked for yet'})
  lose(true)
  await tokens.refresh(pod)
  t.like(tokens.token(source(3600)), {message: 'serviceaccounts "default" not found'})
  lose(false)
  await tokens.refresh(pod)
  t.is(tokens.token(source(3600)), 'token 2')
})
