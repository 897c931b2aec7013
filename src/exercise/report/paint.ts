/** Colours for a terminal, or none: `paint('green', 'ok')`. */
export type Paint = (colour: 'green' | 'red' | 'dim' | 'bold', text: string) => string

export const plain: Paint = (_, text) => text

/** ANSI colours, each closed again, so that paints can stand inside each other's text only at the end. */
export const coloured: Paint = (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[0m`

const codes = {green: 32, red: 31, dim: 2, bold: 1}
