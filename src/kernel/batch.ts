import type {Op} from './op.ts'
import {type Line, print, type Tool} from './print.ts'

/** Consecutive ops that one process of one tool takes. */
export type Batch = {readonly tool: Tool; readonly ops: readonly PrintedOp[]}

export type PrintedOp = {readonly op: Op; readonly line: Line}

/**
 * Ops in batches that keep their order. A process of `ip` remembers the numbers of links by their names, also of those that
 * went along with another: links that come after others went want a new process.
 */
export function batches(ops: readonly Op[]): Batch[] {
  const all: {tool: Tool; ops: PrintedOp[]}[] = []
  let deleted = false
  for (const op of ops) {
    const line = print(op)
    const last = all.at(-1)
    const isFresh: boolean = op.op === 'addLink' && deleted
    deleted = op.op === 'deleteLink' || (deleted && !isFresh)
    if (last?.tool === line.tool && !isFresh) last.ops.push({op, line})
    else all.push({tool: line.tool, ops: [{op, line}]})
  }
  return all
}

/** A line of a batch, and the index of the op that it belongs to. */
export type BatchLine = {readonly text: string; readonly index: number}

/**
 * The lines of an `ip` or `bridge` batch. Links that go together go as a group: the kernel waits some 20 ms for each link that is
 * deleted alone, and once for a group.
 */
export function batchLines(ops: readonly PrintedOp[]): BatchLine[] {
  return runs(ops).flatMap(({from, to}) => {
    const lines = ops.slice(from, to).map(({op, line}, index) => ({op, text: line.line, index: from + index}))
    if (lines.length < 2 || lines[0]?.op.op !== 'deleteLink') return lines.map(({text, index}) => ({text, index}))
    return [
      ...lines.map(({op, index}) => ({
        text: `link set dev ${op.op === 'deleteLink' ? op.name : ''} group ${going}`,
        index,
      })),
      {text: `link del group ${going}`, index: to - 1},
    ]
  })
}

/** The group of links that are about to go; a number that nobody else uses. */
const going = 7368548

/** Stretches of deletions, and of all else. */
function runs(ops: readonly PrintedOp[]): {from: number; to: number}[] {
  const starts = ops.flatMap(({op}, index) => {
    const isDeletion = op.op === 'deleteLink'
    return index === 0 || isDeletion !== (ops[index - 1]?.op.op === 'deleteLink') ? [index] : []
  })
  return starts.map((from, index) => ({from, to: starts[index + 1] ?? ops.length}))
}
