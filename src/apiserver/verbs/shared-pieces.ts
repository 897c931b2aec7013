import type {Store} from '../../store/store.ts'

/** Changes as they are sent to a watcher, and up to which revision they are told by it. */
export type Piece = {readonly bytes: Buffer; readonly upTo: number}

/*
 * What lies between two revisions never changes, and looks the same to all who watch the same objects in the same form. So each piece of a stream
 * is made once, and its bytes are sent to everybody. Pieces end at revisions that are multiples of a number, so that those who started, or stalled,
 * at different times come to share them again.
 */
const changesInPiece = 32
const keptBytes = 8 * 1024 * 1024

type Kept = {readonly pieces: Map<string, Piece>; bytes: number}

const keptOf = new WeakMap<Store, Kept>()

/** Where the piece that begins after a revision ends, at the latest. */
export function endOfPiece(from: number, newest: number): number {
  return Math.min(newest, (Math.floor(from / changesInPiece) + 1) * changesInPiece)
}

/** The piece between two revisions for all who want to see the same, `wish`; made when the first of them comes. */
export function sharedPiece(
  store: Store,
  {wish, from, to}: {wish: string; from: number; to: number},
  make: () => Piece,
): Piece {
  const kept = keptOf.get(store) ?? {pieces: new Map(), bytes: 0}
  keptOf.set(store, kept)
  const key = `${from} ${to} ${wish}`
  const known = kept.pieces.get(key)
  if (known !== undefined) return known
  const made = make()
  kept.pieces.set(key, made)
  kept.bytes += made.bytes.length + key.length
  for (const [oldest, {bytes}] of kept.pieces) {
    if (kept.bytes <= keptBytes) break
    kept.pieces.delete(oldest)
    kept.bytes -= bytes.length + oldest.length
  }
  return made
}
