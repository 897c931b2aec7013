import {z} from 'zod'
import {labSchema} from '../lab/schema.ts'
import {checks} from './checks/index.ts'

/** The JSON Schema of lab files, with all types of check, as text. */
export function printLabSchema(): string {
  const schema = z.toJSONSchema(labSchema(checks), {
    io: 'input',
    reused: 'ref',
    override: ({jsonSchema}) => allowPlaceholder(jsonSchema),
  })
  return `${JSON.stringify({...schema, title: 'podlab lab file', description: intro}, null, 2)}\n`
}

const intro = 'A cluster to make, what to put into it, what to play and what to grade. See docs/writing-a-lab.md.'

/** A number, true or false and a text of a certain form may be written as `${NAME}`: an editor cannot know its value. */
function allowPlaceholder(schema: z.core.JSONSchema.BaseSchema): void {
  const {type, enum: choices, pattern} = schema
  const scalar = type === 'integer' || type === 'number' || type === 'boolean'
  if (!scalar && choices === undefined && pattern === undefined) return
  const {description, default: preset, examples, ...form} = schema
  for (const key of Object.keys(form)) delete schema[key]
  schema.anyOf = [form, {type: 'string', pattern: '^\\$\\{\\s*\\w+\\s*\\}$'}]
}
