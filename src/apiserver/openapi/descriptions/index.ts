import {cluster} from './cluster.ts'
import {common, conditionFields} from './common.ts'
import {meta} from './meta.ts'
import {pods} from './pods.ts'
import {policies} from './policies.ts'
import {services} from './services.ts'
import {surroundings} from './surroundings.ts'
import {workloads} from './workloads.ts'

/** What definitions and their fields are, in podlab's words; the empty name is the definition itself. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What a definition, or a field of one, is: what `kubectl explain` prints. Empty where nobody has said it. */
export function descriptionOf(definition: string, field = ''): string {
  return said(definition)?.[field] ?? common[field] ?? ''
}

const texts: Descriptions = {
  ...meta,
  ...services,
  ...policies,
  ...pods,
  ...surroundings,
  ...workloads,
  ...cluster,
  // It has all that a container has.
  EphemeralContainer: {...pods.Container, ...pods.EphemeralContainer},
}

function said(definition: string): Readonly<Record<string, string>> | undefined {
  if (Object.hasOwn(texts, definition)) return texts[definition]
  return definition.endsWith('Condition') ? conditionFields : undefined
}
