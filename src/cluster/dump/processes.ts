import {readFileSync} from 'node:fs'
import {descendants, idsOf} from '../../kernel/processes.ts'

/** A table of the processes below one, as `ps` would show them, with their ids on this side and inside of the sandbox. */
export function processTable(root: number): string {
  const rows = [root, ...descendants(root)].map(pid => {
    const status = read(`/proc/${pid}/status`)
    const value = (name: string) => status.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1]?.trim() ?? '?'
    const command = read(`/proc/${pid}/cmdline`).replace(/\0+$/, '').replaceAll('\0', ' ')
    const inside = idsOf(pid).slice(1).join('/')
    return [
      `${pid}`,
      value('PPid'),
      inside,
      value('State'),
      value('VmRSS'),
      read(`/proc/${pid}/wchan`),
      command || `[${value('Name')}]`,
    ]
  })
  const table = [['PID', 'PARENT', 'INSIDE', 'STATE', 'MEMORY', 'WAITS IN', 'COMMAND'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  return table
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended, or it is not ours to read
  }
}
