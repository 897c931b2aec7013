import {readName} from './name.ts'
import {readHeader, readQuestion} from './read-message.ts'

/** Where in a message the times to live of its records stand; an OPT record has none. */
export function ttlPlaces(bytes: Buffer): readonly number[] {
  const {questions, answers, authorities, additionals} = readHeader(bytes)
  const places: number[] = []
  let at = readQuestion(bytes, questions).end
  for (let left = answers + authorities + additionals; left > 0; left--) {
    const {end} = readName(bytes, at)
    if (bytes.readUInt16BE(end) !== optType) places.push(end + 4)
    at = end + 10 + bytes.readUInt16BE(end + 8)
  }
  return places
}

const optType = 41
