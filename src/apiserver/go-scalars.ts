import {illegalByte} from '../objects/data-entries.ts'
import {isQuantity} from '../objects/resources.ts'
import type {Scalar} from './protobuf/messages.ts'

/** What Go's decoder says of a text that is not of the form that its type asks for; undefined when it is. */
export function misspelt(text: string, type: Scalar | undefined): string | undefined {
  switch (type) {
    case 'bytes': {
      const at = illegalByte(text)
      return at === undefined ? undefined : `illegal base64 data at input byte ${at}`
    }
    case 'time':
      return timeMistake(text, '2006-01-02T15:04:05Z07:00')
    case 'microTime':
      return timeMistake(text, '2006-01-02T15:04:05.000000Z07:00')
    case 'quantity':
      return isQuantity(text)
        ? undefined
        : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    case undefined:
    case 'string':
    case 'bool':
    case 'int':
    case 'float':
    case 'duration':
    case 'intOrString':
    case 'fields':
    case 'raw':
      return undefined
  }
}

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

function timeMistake(text: string, layout: string): string | undefined {
  if (form.test(text) && !Number.isNaN(Date.parse(text))) return undefined
  return `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(text)} as "2006"`
}
