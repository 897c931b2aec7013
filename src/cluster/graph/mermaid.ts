/** A flow chart as Mermaid knows it: groups of boxes, and lines between boxes. */
export type Flowchart = {
  readonly groups: readonly {readonly id: string; readonly label: string; readonly boxes: readonly Box[]}[]
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
}

export type Box = {readonly id: string; readonly label: string; readonly shape: 'box' | 'round' | 'stadium'}
export type Line = {readonly from: string; readonly to: string; readonly kind: 'solid' | 'dotted'}

/** A text that is no flow chart of podlab's. */
export class MermaidError extends Error {
  override readonly name = 'MermaidError'
}

/** The chart as Mermaid's text, for a README on GitHub or mermaid.live. */
export function printMermaid({groups, boxes, lines}: Flowchart): string {
  return [
    'flowchart TB',
    ...groups.flatMap(group => [
      `  subgraph ${group.id}["${escapeLabel(group.label)}"]`,
      ...group.boxes.map(box => `    ${printBox(box)}`),
      '  end',
    ]),
    ...boxes.map(box => `  ${printBox(box)}`),
    ...lines.map(({from, to, kind}) => `  ${from} ${arrows[kind]} ${to}`),
    '',
  ].join('\n')
}

/** Reads what `printMermaid` printed; throws MermaidError for anything else. */
export function parseMermaid(text: string): Flowchart {
  const [first, ...rest] = text.split('\n')
  if (first !== 'flowchart TB' || rest.pop() !== '')
    throw new MermaidError('it does not begin with "flowchart TB", or its last line has no end')
  const lines = rest.filter(line => !line.startsWith('    ')).map(line => line.trim())
  const starts = lines.filter(line => line.startsWith('subgraph '))
  if (lines.filter(line => line === 'end').length !== starts.length) throw new MermaidError('a subgraph has no end')
  const alone = lines.filter(line => !starts.includes(line) && line !== 'end')
  const isArrow = (line: string) => arrow.test(line)
  return {
    groups: starts.map(line => parseGroup(line, rest)),
    boxes: alone.filter(line => !isArrow(line)).map(parseBox),
    lines: alone.filter(isArrow).map(parseLine),
  }
}

const arrow = /^(\w+) (---|-\.-) (\w+)$/

function parseLine(line: string): Line {
  const [, from = '', sign, to = ''] = line.match(arrow) ?? []
  return {from, to, kind: sign === '---' ? 'solid' : 'dotted'}
}

/* Its boxes are those that follow and are indented. */
function parseGroup(line: string, all: readonly string[]): Flowchart['groups'][number] {
  const [, id = '', label = ''] = line.match(/^subgraph (\w+)\["(.*)"\]$/s) ?? []
  if (id === '') throw new MermaidError(`"${line}" is no line of a flow chart`)
  const after = all.slice(all.indexOf(`  ${line}`) + 1)
  const boxes = after.slice(0, after.indexOf('  end')).map(box => parseBox(box.trim()))
  return {id, label: unescapeLabel(label), boxes}
}

const arrows = {solid: '---', dotted: '-.-'}
const brackets = {box: ['[', ']'], round: ['(', ')'], stadium: ['([', '])']} as const

function printBox({id, label, shape}: Box): string {
  const [open, close] = brackets[shape]
  return `${id}${open}"${escapeLabel(label)}"${close}`
}

function parseBox(words: string): Box {
  for (const shape of ['stadium', 'round', 'box'] as const) {
    const [open, close] = brackets[shape]
    const begin = words.indexOf(`${open}"`)
    const id = words.slice(0, begin)
    if (begin > 0 && /^\w+$/.test(id) && words.endsWith(`"${close}`))
      return {id, label: unescapeLabel(words.slice(begin + open.length + 1, -close.length - 1)), shape}
  }
  throw new MermaidError(`"${words}" is no line of a flow chart`)
}

/* Mermaid writes letters that mean something to it by their numbers; a line break is <br/>. */
function escapeLabel(label: string): string {
  return label.replace(/[#"&<>`\\\r]/g, letter => `#${letter.charCodeAt(0)};`).replaceAll('\n', '<br/>')
}

function unescapeLabel(text: string): string {
  return text.replaceAll('<br/>', '\n').replace(/#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
}
