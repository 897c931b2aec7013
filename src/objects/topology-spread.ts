import {repeated} from './container.ts'
import {qualifiedName} from './format.ts'
import type {LabelSelector} from './label-selector.ts'
import {labelSelectorSchema} from './label-selector-rules.ts'
import {invalid, type Mistake, type Path, required} from './mistake.ts'
import {integer, list, listBy, oneOf, record, type Schema, string, text} from './schema.ts'

/** How unevenly like pods may be spread over places. */
export type TopologySpread = {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'
  readonly labelSelector?: LabelSelector
  readonly minDomains?: number
  readonly nodeAffinityPolicy?: string
  readonly nodeTaintsPolicy?: string
  readonly matchLabelKeys?: readonly string[]
}

const policy = oneOf('Honor', 'Ignore')

export const topologySpreadSchema: Schema = listBy(
  ['topologyKey', 'whenUnsatisfiable'],
  record(
    {
      maxSkew: integer(-(2 ** 31)),
      topologyKey: string,
      whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
      labelSelector: labelSelectorSchema,
      minDomains: integer(1),
      nodeAffinityPolicy: policy,
      nodeTaintsPolicy: policy,
      matchLabelKeys: list(text(qualifiedName)),
    },
    ['maxSkew', 'whenUnsatisfiable'],
  ),
)

export function topologySpreadMistakes(constraints: readonly TopologySpread[], path: Path): Mistake[] {
  const pairs = constraints.map(({topologyKey, whenUnsatisfiable}) => `{${topologyKey}, ${whenUnsatisfiable}}`)
  return [
    ...constraints.flatMap(({maxSkew, topologyKey}, index) => [
      ...(maxSkew > 0 ? [] : [invalid([...path, index, 'maxSkew'], maxSkew, 'must be greater than zero')]),
      ...(topologyKey ? [] : [required([...path, index, 'topologyKey'], 'can not be empty')]),
    ]),
    ...repeated(pairs).map(index => ({path: [...path, index], message: `Duplicate value: "${pairs[index]}"`})),
  ]
}
