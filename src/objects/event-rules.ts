import type {Event} from './event.ts'
import {qualifiedName} from './format.ts'
import {invalid, type Mistake, notSupported, required} from './mistake.ts'
import {objectReferenceSchema} from './object-reference.ts'
import {integer, record, type Schema, string} from './schema.ts'

export const eventFields: Readonly<Record<string, Schema>> = {
  involvedObject: objectReferenceSchema,
  reason: string,
  message: string,
  type: string,
  source: record({component: string, host: string}),
  firstTimestamp: string,
  lastTimestamp: string,
  count: integer(0),
  eventTime: string,
  series: record({count: integer(0), lastObservedTime: string}),
  action: string,
  related: objectReferenceSchema,
  reportingComponent: string,
  reportingInstance: string,
}

/** An event stands in the namespace of what it tells of, or in `default` if that has none. */
export function eventMistakes(event: Event): Mistake[] {
  const {involvedObject, metadata} = event
  const {namespace = ''} = involvedObject
  const elsewhere = namespace === '' ? metadata.namespace !== 'default' : metadata.namespace !== namespace
  return [
    ...(elsewhere ? [invalid(['involvedObject', 'namespace'], namespace, 'does not match event.namespace')] : []),
    ...(event.eventTime === undefined ? [] : newStyleMistakes(event)),
  ]
}

/** Events that carry `eventTime` must say who reports what. */
function newStyleMistakes({reportingComponent, reportingInstance, action, reason, type = ''}: Event): Mistake[] {
  const wrong = reportingComponent ? qualifiedName(reportingComponent) : undefined
  return [
    ...(reportingComponent ? [] : [required(['reportingController'])]),
    ...(wrong ? [invalid(['reportingController'], reportingComponent, wrong)] : []),
    ...(reportingInstance ? [] : [required(['reportingInstance'])]),
    ...(action ? [] : [required(['action'])]),
    ...(reason ? [] : [required(['reason'])]),
    ...(['Normal', 'Warning'].includes(type) ? [] : [notSupported(['type'], type, ['Normal', 'Warning'])]),
  ]
}
