/** How a file that holds a root file system is packed. */
export type Packing = 'tar' | 'gzip' | 'zstd'

/** What the first 512 bytes of a file say of it; a sentence that begins with the file's name when it is no archive for podlab. */
export function packingOf(head: Uint8Array): Packing | {readonly refused: string} {
  const begins = (...bytes: readonly number[]) => bytes.every((byte, index) => head[index] === byte)
  if (begins(0x1f, 0x8b)) return 'gzip'
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return {refused: 'is packed with xz; unpack it first with: xz -dk'}
  if (begins(0x42, 0x5a, 0x68)) return {refused: 'is packed with bzip2; unpack it first with: bzip2 -dk'}
  if (head.length === 0) return {refused: 'is empty; expected a tar'}
  if (head.length === 512 && isTarHeader(head)) return 'tar'
  if (begins(0x68, 0x73, 0x71, 0x73)) return {refused: 'is a squashfs image; unpack it into a folder with: unsquashfs'}
  return {refused: 'is no tar, nor one that is packed with gzip or zstd'}
}

/** A tar's header carries the sum of its bytes, with blanks in the sum's own place. */
export function isTarHeader(block: Uint8Array): boolean {
  const written = Number.parseInt(String.fromCharCode(...block.subarray(148, 156)).replace(/\0.*$/s, ''), 8)
  return written === block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0)
}
