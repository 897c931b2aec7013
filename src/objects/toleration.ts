import {labelValue, qualifiedName} from './format.ts'
import {invalid, invalidText, type Mistake, type Path} from './mistake.ts'
import type {TaintEffect} from './node.ts'
import {integer, list, oneOf, record, type Schema, text} from './schema.ts'

/** A taint that the pod puts up with; without `key`, and with `Exists`, every taint. */
export type Toleration = {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: TaintEffect
  readonly tolerationSeconds?: number
}

export const tolerationsSchema: Schema = list(
  record({
    key: text(key => (key === '' ? undefined : qualifiedName(key))),
    operator: oneOf('Equal', 'Exists'),
    value: text(labelValue),
    effect: oneOf('', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'),
    tolerationSeconds: integer(-(2 ** 53), 2 ** 53),
  }),
)

const valueless = "value must be empty when `operator` is 'Exists'"
const everything = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'

export function tolerationMistakes(tolerations: readonly Toleration[], path: Path): Mistake[] {
  return tolerations.flatMap((toleration, index) => {
    const {key, operator, value, effect, tolerationSeconds} = toleration
    return [
      ...(!key && operator !== 'Exists' ? [invalid([...path, index, 'operator'], operator ?? '', everything)] : []),
      ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
        ? [
            invalid(
              [...path, index, 'effect'],
              effect ?? '',
              "effect must be 'NoExecute' when `tolerationSeconds` is set",
            ),
          ]
        : []),
      ...(operator === 'Exists' && value
        ? [invalidText([...path, index, 'operator'], goToleration(toleration), valueless)]
        : []),
    ]
  })
}

function goToleration(toleration: Toleration): string {
  const {key = '', operator = '', value = '', effect = ''}: {[field in keyof Toleration]?: unknown} = toleration
  const texts = `Key:"${key}", Operator:"${operator}", Value:"${value}", Effect:"${effect}"`
  return `core.Toleration{${texts}, TolerationSeconds:(*int64)(nil)}`
}

/** The taints of a node that has gone quiet; a pod that says nothing of them stays for five minutes. */
const quiet = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

export function withQuietTolerations(tolerations: readonly Toleration[] = []): readonly Toleration[] {
  const missing = quiet.filter(key => !tolerations.some(toleration => covers(toleration, key)))
  return [
    ...tolerations,
    ...missing.map(key => ({key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300}) as const),
  ]
}

function covers(toleration: Toleration, taint: string): boolean {
  return (!toleration.key || toleration.key === taint) && (!toleration.effect || toleration.effect === 'NoExecute')
}
