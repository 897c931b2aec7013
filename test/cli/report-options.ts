import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {readReports, writeReports} from '../../src/cli/report-options.ts'
import {gradeOf} from '../../src/exercise/grade.ts'

const folder = mkdtempSync(join(tmpdir(), 'podlab-reports-'))
test.after.always(() => rmSync(folder, {recursive: true}))

test('a report goes to a file, or to standard output when none is named', t => {
  t.deepEqual(readReports({report: ['tap', `junit=${folder}/a=b.xml`]}), [
    {form: 'tap', file: '-'},
    {form: 'junit', file: `${folder}/a=b.xml`},
  ])
  t.deepEqual(readReports({json: true}), [{form: 'json', file: '-'}])
  t.deepEqual(readReports({}), [])
})

test('what cannot be is told before anything is started', t => {
  const refused = (...report: readonly string[]) => t.throws(() => readReports({report}), {name: 'UsageError'})?.message
  t.is(refused('html'), 'there is no report "html"; there are json, junit, tap, markdown')
  t.regex(refused('junit=') ?? '', /^which file\?/)
  t.regex(refused('junit', 'tap=-') ?? '', /^only one report can go to standard output/)
  t.regex(refused(`junit=${folder}/missing/a.xml`) ?? '', /cannot be written to .*ENOENT/)
  t.throws(() => readReports({report: ['tap'], json: true}), {name: 'UsageError'})
})

test('several reports are written at once', t => {
  const files = {junit: join(folder, 'report.xml'), tap: join(folder, 'report.tap')}
  const wanted = readReports({report: Object.entries(files).map(pair => pair.join('='))})
  t.false(existsSync(files.junit))
  writeReports(wanted, {lab: 'kubia', grade: gradeOf([])})
  t.regex(readFileSync(files.junit, 'utf8'), /^<\?xml/)
  t.regex(readFileSync(files.tap, 'utf8'), /^TAP version 14\n/)
})
