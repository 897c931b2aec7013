import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {Readable} from 'node:stream'

/** podlab without its launcher, which would look after the installation first. */
export const podlab: readonly string[] = [process.execPath, join(import.meta.dirname, '../src/main.ts')]

/** Milliseconds. */
export type Times = {readonly untilLine: number; readonly untilEnd: number}

/** Runs a command to its end; answers when its output first had a line with `text`, and when it ended. Throws when it failed. */
export async function timeOf(
  command: readonly string[],
  {text, environment = {}}: {text?: string; environment?: Readonly<Record<string, string>>} = {},
): Promise<Times> {
  const [program = '', ...words] = command
  const began = performance.now()
  const child = spawn(program, words, {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...environment}})
  const line = firstLine(child, text)
  const said = collect(child.stderr)
  const [code] = await once(child, 'close')
  const ended = performance.now()
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${await said}`)
  const at = await line
  if (text !== undefined && at === undefined) throw new Error(`${command.join(' ')} printed no line with ${text}`)
  return {untilLine: (at ?? ended) - began, untilEnd: ended - began}
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
}

/** A table as Markdown has it. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + body.map(line).join('')
}

async function firstLine({stdout}: ChildProcess, text: string | undefined): Promise<number | undefined> {
  let at: number | undefined
  for await (const line of createInterface({input: stdout as Readable}))
    if (text !== undefined && line.includes(text)) at ??= performance.now()
  return at
}

async function collect(stream: Readable): Promise<string> {
  return (await stream.setEncoding('utf8').toArray()).join('')
}
