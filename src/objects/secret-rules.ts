import {
  base64Mistakes,
  type DataEntries,
  decodedBytes,
  frozenMistakes,
  keyMistakes,
  sizeMistakes,
} from './data-entries.ts'
import {equal} from './equal.ts'
import {atKey, invalid, invalidText, type Mistake, required} from './mistake.ts'
import type {Secret} from './secret.ts'

/** What is wrong with a Secret, its `stringData` put into `data` already. */
export function secretMistakes(secret: Secret): Mistake[] {
  const {data = {}, type = 'Opaque'} = secret
  return [
    ...keyMistakes(data, ['data']),
    ...base64Mistakes(data, ['data']),
    ...sizeMistakes(decodedBytes(data), ['data']),
    ...(typeRules[type]?.(data, secret) ?? []),
  ]
}

export function secretUpdateMistakes(secret: Secret, before: Secret): Mistake[] {
  const data = !equal(secret.data ?? {}, before.data ?? {})
  return [
    ...(secret.type === before.type ? [] : [invalid(['type'], secret.type, 'field is immutable')]),
    ...(before.immutable ? frozenMistakes({immutable: !secret.immutable, data}) : []),
  ]
}

type TypeRule = (data: DataEntries, secret: Secret) => Mistake[]

const accountAnnotation = 'kubernetes.io/service-account.name'

/** What the types that Kubernetes knows must hold; any other type may hold anything. */
const typeRules: Readonly<Record<string, TypeRule>> = {
  'kubernetes.io/service-account-token': (_, {metadata: {annotations}}) =>
    annotations?.[accountAnnotation] ? [] : [required(['metadata', 'annotations', atKey(accountAnnotation)])],
  'kubernetes.io/dockercfg': json('.dockercfg'),
  'kubernetes.io/dockerconfigjson': json('.dockerconfigjson'),
  'kubernetes.io/basic-auth': data =>
    'username' in data || 'password' in data ? [] : entriesMissing(data, ['username', 'password']),
  'kubernetes.io/ssh-auth': data => (data['ssh-privatekey'] ? [] : [required(['data', atKey('ssh-privatekey')])]),
  'kubernetes.io/tls': data => entriesMissing(data, ['tls.crt', 'tls.key']),
}

function entriesMissing(data: DataEntries, keys: readonly string[]): Mistake[] {
  return keys.filter(key => !(key in data)).map(key => required(['data', atKey(key)]))
}

function json(key: string): TypeRule {
  return data => {
    const path = ['data', atKey(key)]
    const value = data[key]
    if (value === undefined) return [required(path)]
    const why = whyNotJson(Buffer.from(value, 'base64').toString())
    return why === undefined ? [] : [invalidText(path, '"<secret contents redacted>"', why)]
  }
}

/* The words of Go's parser for the two slips that happen: nothing at all, and something else. */
function whyNotJson(text: string): string | undefined {
  if (text.trim() === '') return 'unexpected end of JSON input'
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return `invalid character '${text.trim()[0]}' looking for beginning of value`
  }
}
