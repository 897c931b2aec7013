/** A word of a Corefile and the line that it begins on. */
export type Word = {readonly text: string; readonly line: number; readonly quoted: boolean}

/**
 * Takes a Corefile apart: words stand between blanks; one that begins with `"` goes to the next `"` that has no backslash before it; `#` begins
 * a comment, within a word too. `{$NAME}` and `{%NAME%}` stand for what the environment says.
 */
export function wordsOf(text: string, environment: Readonly<Record<string, string>> = {}): readonly Word[] {
  const words: Word[] = []
  let line = 1
  for (const [piece, quoted] of text.replace(/^\ufeff/, '').matchAll(piecePattern)) {
    if (quoted !== undefined) words.push({text: quoted.replaceAll('\\"', '"'), line, quoted: true})
    else if (!/^[\s#]/.test(piece)) words.push({text: filled(piece, environment), line, quoted: false})
    line += piece.split('\n').length - 1
  }
  return words
}

/* A quotation, a comment, blanks, or a word, which ends where a comment begins. */
const piecePattern = /"((?:\\"|[^"])*)"?|#[^\n]*|\s+|[^\s"#][^\s#]*/g

function filled(word: string, environment: Readonly<Record<string, string>>): string {
  return word.replace(/\{\$([^{}]+)\}|\{%([^{}%]+)%\}/g, (_, name, other) => environment[name ?? other] ?? '')
}
