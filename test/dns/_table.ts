import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {CorefileName} from './_corefiles.ts'

/** A question of a table and the answer to it, as `printAnswer` prints answers but for denials. */
export type Row = {readonly name: string; readonly type: string; readonly answer: string}

/**
 * A table has a line for each question under its name, and more lines where the answer has more records:
 *
 *     kubia.default.svc.cluster.local.
 *       A      kubia.default.svc.cluster.local. 30 IN A 10.96.77.7
 *       AAAA   NODATA
 *
 * NODATA and NXDOMAIN stand for the code with the zone's SOA record.
 */
export function readTable(name: CorefileName): readonly Row[] {
  const rows: Row[] = []
  let at = ''
  for (const line of readFileSync(tablePath(name), 'utf8').split('\n')) {
    const [, type = '', answer = ''] = /^ {2}(\S*) +(.*)$/.exec(line) ?? []
    const last = rows.at(-1)
    if (line.startsWith('#') || line === '') continue
    if (!line.startsWith(' ')) at = line
    else if (type !== '') rows.push({name: at, type, answer})
    else if (last) rows[rows.length - 1] = {...last, answer: `${last.answer}\n${answer}`}
  }
  return rows
}

export function tablePath(name: CorefileName): string {
  return join(import.meta.dirname, 'answers', `${name.replaceAll(' ', '-')}.txt`)
}

/** The inverse of `readTable`. */
export function printTable(rows: readonly Row[]): string {
  let at = ''
  return rows
    .flatMap(({name, type, answer}) => {
      const head = name === at ? [] : [name]
      at = name
      return [...head, ...answer.split('\n').map((line, index) => `  ${(index === 0 ? type : '').padEnd(7)}${line}`)]
    })
    .map(line => `${line}\n`)
    .join('')
}

/** Shortens a denial with the zone's record, so that tables can be read. */
export function shortened(answer: string): string {
  const [, code, zone = ''] = /^(NOERROR|NXDOMAIN)\n! (\S+) 30 IN SOA [^\n]*$/.exec(answer) ?? []
  const soa = `! ${zone} 30 IN SOA ns.dns.${zone} hostmaster.${zone} SERIAL 7200 1800 86400 30`
  if (answer !== `${code}\n${soa}`) return answer
  return `${code === 'NOERROR' ? 'NODATA' : code} of ${zone}`
}
