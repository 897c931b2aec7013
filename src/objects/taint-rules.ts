import {labelValue, qualifiedName} from './format.ts'
import {invalid, type Mistake, notSupported, type Path, required} from './mistake.ts'

/** A taint as it was written. */
type Written = {readonly key?: string; readonly value?: string; readonly effect?: string}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** What is wrong with a node's taints. Kubernetes says that they stand in the metadata, where they stood once. */
export function taintMistakes(taints: readonly Written[]): Mistake[] {
  const pairs = taints.map(({key = '', effect = ''}) => `${key}:${effect}`)
  return taints
    .flatMap((taint, index) => [
      ...fieldMistakes(taint, index),
      ...(pairs.indexOf(pairs[index] ?? '') < index ? [repeated(taint, index)] : []),
    ])
    .map(mistake => ({...mistake, printed: ['metadata', ...mistake.path.slice(1)]}))
}

function fieldMistakes({key = '', value = '', effect = ''}: Written, index: number): Mistake[] {
  const path: Path = ['spec', 'taints', index]
  const [badKey, badValue] = [qualifiedName(key), labelValue(value)]
  return [
    ...(badKey === undefined ? [] : [invalid([...path, 'key'], key, badKey)]),
    ...(badValue === undefined ? [] : [invalid([...path, 'value'], value, badValue)]),
    ...(effect === '' ? [required([...path, 'effect'])] : []),
    ...(effect === '' || effects.includes(effect) ? [] : [notSupported([...path, 'effect'], effect, effects)]),
  ]
}

function repeated({key = '', value = '', effect = ''}: Written, index: number): Mistake {
  const taint = `core.Taint{Key:"${key}", Value:"${value}", Effect:"${effect}", TimeAdded:<nil>}`
  return {
    path: ['spec', 'taints', index],
    message: `Duplicate value: ${taint}: taints must be unique by key and effect pair`,
  }
}
