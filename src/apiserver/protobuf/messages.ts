import {apps} from './messages/apps.ts'
import {authentication} from './messages/authentication.ts'
import {authorization} from './messages/authorization.ts'
import {autoscaling} from './messages/autoscaling.ts'
import {batch} from './messages/batch.ts'
import {coordination} from './messages/coordination.ts'
import {core} from './messages/core.ts'
import {discovery} from './messages/discovery.ts'
import {events} from './messages/events.ts'
import {meta} from './messages/meta.ts'
import {networking} from './messages/networking.ts'
import {policy} from './messages/policy.ts'

/**
 * What stands on the wire when a client writes Kubernetes objects in Protocol Buffers: for every message its fields with their
 * numbers, which no release may change. A message is a line:
 *
 *   message = name {" " field}
 *   field   = json name "=" number ":" type
 *   type    = ("string" | "bool" | "int" | ... | [group "."] message) ["[]" | "{}"] ["?"]
 *
 * `[]` is a list and `{}` a map from strings. A field with `?` tells its zero from "not there"; one without is on the wire
 * even when nobody set it. A field named `+` has its fields where it stands itself, and `*` is a message that is nothing but its field.
 */
export type Message = ReadonlyMap<number, Field>

export type Field = {
  readonly name: string
  readonly many: 'one' | 'list' | 'map'
  readonly optional: boolean
} & ({readonly type: Scalar} | {readonly type: 'message'; readonly message: string})

const scalars = [
  'string',
  'bool',
  'int',
  'float',
  'bytes',
  'time',
  'microTime',
  'duration',
  'quantity',
  'intOrString',
  'fields',
  'raw',
] as const

export type Scalar = (typeof scalars)[number]

/** The message of a group, such as `core` and `Pod`; undefined when there is none. */
export function messageNamed(group: string, name: string): Message | undefined {
  const id = `${group}.${name}`
  const known = parsed.get(id)
  if (known) return known
  const line = linesOf(group).get(name)
  if (line === undefined) return undefined
  const message = new Map(
    line
      .split(' ')
      .filter(Boolean)
      .map(field => parseField(field, group)),
  )
  parsed.set(id, message)
  return message
}

/** The group of messages that a version of the API belongs to: `apps` of `apps/v1`. */
export function groupOf(apiVersion: string): string | undefined {
  return Object.hasOwn(groups, apiVersion) ? groups[apiVersion] : undefined
}

const groups: Readonly<Record<string, string>> = {
  v1: 'core',
  'apps/v1': 'apps',
  'authentication.k8s.io/v1': 'authentication',
  'authorization.k8s.io/v1': 'authorization',
  'autoscaling/v1': 'autoscaling',
  'batch/v1': 'batch',
  'coordination.k8s.io/v1': 'coordination',
  'discovery.k8s.io/v1': 'discovery',
  'events.k8s.io/v1': 'events',
  'meta.k8s.io/v1': 'meta',
  'networking.k8s.io/v1': 'networking',
  'policy/v1': 'policy',
}

const texts: Readonly<Record<string, string>> = {
  apps,
  authentication,
  authorization,
  autoscaling,
  batch,
  coordination,
  core,
  discovery,
  events,
  meta,
  networking,
  policy,
}

const parsed = new Map<string, Message>()
const lines = new Map<string, ReadonlyMap<string, string>>()

function linesOf(group: string): ReadonlyMap<string, string> {
  const known = lines.get(group)
  if (known) return known
  const split = (texts[group] ?? '').split('\n').filter(Boolean)
  const found = new Map(split.map(line => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]))
  lines.set(group, found)
  return found
}

const fieldForm = /^(?<name>[^=]+)=(?<number>\d+):(?<type>[\w.]+)(?<many>\[\]|\{\}|)(?<optional>\??)$/

function parseField(text: string, group: string): [number, Field] {
  const {name = '', number, type = '', many = '', optional} = fieldForm.exec(text)?.groups ?? {}
  if (number === undefined) throw new Error(`the table of messages says "${text}", which is no field`)
  const how = {name, many: {'[]': 'list', '{}': 'map'}[many] ?? 'one', optional: optional === '?'} as const
  const kind = isScalar(type)
    ? {type}
    : {type: 'message' as const, message: type.includes('.') ? type : `${group}.${type}`}
  return [Number(number), {...how, ...kind} as Field]
}

function isScalar(type: string): type is Scalar {
  return (scalars as readonly string[]).includes(type)
}
