import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {printLabSchema} from './lab-json-schema.ts'

// Writes the JSON Schema of lab files, which each lab names in its first line, so that editors complete and check it:
// node src/exercise/write-schema.ts && npx biome format --write schema
writeFileSync(join(import.meta.dirname, '../../schema/lab.schema.json'), printLabSchema())
