/** One file of a dump, and what it is about. */
export type Piece = {readonly path: string; readonly about: string; readonly text: string}

/** Something that could not be had, and why. */
export type Gap = {readonly path: string; readonly why: string}

/** The longest that a piece may be, in letters; of a longer one the end is kept, where the newest is. */
export const longestPiece = 1 << 20

/** The most that all pieces of a dump may have. */
export const longestDump = 48 << 20

/** Keeps a text to the limit, and says so in its first line. */
export function cut(text: string, limit = longestPiece): string {
  if (text.length <= limit) return text
  return `(the first ${text.length - limit} letters are left out)\n${text.slice(-limit)}`
}

/** A folder or file name made of a name that may hold anything. */
export function fileName(name: string): string {
  return (
    name
      .replace(/[^\w.-]/g, '_')
      .replace(/^\.+/, '_')
      .slice(0, 100) || '_'
  )
}
