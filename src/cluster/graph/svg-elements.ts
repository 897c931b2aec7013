/** Pieces of an SVG picture, as text. Colours are classes, so that one style sheet has them all, for light and for dark. */

export type Place = {readonly x: number; readonly y: number; readonly width: number; readonly height: number}

/** A rectangle with rounded corners. */
export function box({x, y, width, height}: Place, kind: string, radius = 8): string {
  return `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`
}

export type TextStyle = {
  readonly kind?: string
  readonly anchor?: 'start' | 'middle' | 'end'
  /** What there is room for, in pixels; a longer text loses its middle, and shows it when it is pointed at. */
  readonly within?: number
}

/** A line of text; `y` is its base line. */
export function text(at: {readonly x: number; readonly y: number}, words: string, style: TextStyle = {}): string {
  const {kind = 'plain', anchor = 'start', within} = style
  const shown = within === undefined ? words : shorten(words, Math.floor(within / letterWidth(kind)))
  const hint = shown === words ? '' : `<title>${escaped(words)}</title>`
  return `<text class="${kind}" x="${at.x}" y="${at.y}" text-anchor="${anchor}">${hint}${escaped(shown)}</text>`
}

/* Wide letters are rarer than narrow ones; this leaves a little room. */
function letterWidth(kind: string): number {
  return {title: 12.5, name: 8.2, small: 6.9}[kind] ?? 7.5
}

export function shorten(words: string, letters: number): string {
  if (words.length <= letters) return words
  const tail = Math.floor((letters - 1) / 2)
  return `${words.slice(0, letters - 1 - tail)}…${words.slice(words.length - tail)}`
}

/** A line from point to point, with corners where it changes direction. */
export function line(points: readonly (readonly [number, number])[], kind: string): string {
  return `<polyline class="${kind}" points="${points.map(point => point.join(',')).join(' ')}"/>`
}

/** A dot in a service's colour. */
export function dot(x: number, y: number, service: number): string {
  return `<circle class="s${service % serviceColours.length}" cx="${x}" cy="${y}" r="4"/>`
}

/** A whole picture. */
export function picture(
  {width, height, title}: {width: number; height: number; title: string},
  parts: readonly string[],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${style}</style>
<rect class="paper" width="100%" height="100%"/>
${parts.join('\n')}
</svg>
`
}

function escaped(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
  const legal = words.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
  return legal.replace(/[<>&"']/g, letter => `&#${letter.charCodeAt(0)};`)
}

/* Told apart by those who see red and green alike, too. */
const serviceColours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#8c6bb1', '#a6761d']

const style = `
text{font-family:ui-sans-serif,system-ui,"DejaVu Sans",sans-serif;font-size:12px;fill:#1f2733}
.title{font-size:20px;font-weight:600}.name{font-weight:600}.small{font-size:11px;fill:#566070}.on{fill:#fff}
.paper{fill:#fff}.node{fill:#f4f6f9;stroke:#9aa7b8}.pod{fill:#fff;stroke:#3d8b63;stroke-width:1.5}
.waiting{fill:#fff;stroke:#c77d0a;stroke-width:1.5;stroke-dasharray:4 3}.planned{fill:#fff;stroke:#8793a3;stroke-dasharray:4 3}
.bridge{fill:#dfe9f7;stroke:#5b84c4}.tunnel{fill:#efe4f7;stroke:#8c6bb1}.port{fill:#e8ebef;stroke:#75808f}
.switch{fill:#d3d9e1;stroke:#75808f}.service{fill:#fff;stroke:#9aa7b8}.machine{fill:#fff;stroke:#75808f}
polyline{fill:none;stroke:#75808f;stroke-width:1.5}.through{stroke:#8c6bb1;stroke-dasharray:6 4}.dashed{fill:none;stroke:#8c6bb1;stroke-dasharray:6 4}
${serviceColours.map((colour, index) => `.s${index}{fill:${colour}}`).join('')}
@media (prefers-color-scheme:dark){
text{fill:#e6e9ee}.small{fill:#a9b3c1}.paper{fill:#15191f}.node{fill:#1e242d;stroke:#556172}.pod,.waiting,.planned,.service,.machine{fill:#15191f}
.bridge{fill:#22344f}.tunnel{fill:#352544}.port{fill:#2b323c}.switch{fill:#39424f}
}`
