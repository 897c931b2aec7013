import {z} from 'zod'
import {labSchema} from '../lab/schema.ts'
import {checks} from './checks/index.ts'

/** The JSON Schema of lab files, with all types of check, as text. */
export function printLabSchema(): string {
  const schema = z.toJSONSchema(labSchema(checks), {io: 'input', reused: 'ref'})
  return `${JSON.stringify({...schema, title: 'podlab lab file'}, null, 2)}\n`
}
