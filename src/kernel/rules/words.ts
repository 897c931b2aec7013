/**
 * How iptables-save quotes. A text of letters, digits, `-` and `_` stands bare; every other stands in double quotes, with a
 * backslash before each double quote, single quote and backslash.
 */
export function quote(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`
}

/** The text that a written word stands for. */
export function unquote(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gs, '$1') : word
}

/** The words of a line as they are written, quotes included. */
export function splitWords(line: string): string[] {
  return line.match(/"(?:\\.|[^"\\])*"|\S+/gs) ?? []
}
