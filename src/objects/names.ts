/** The letters of generated names: no vowels, so no words; no 0, 1 and 3, which look like letters. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

const suffixLength = 5
const longestBase = 58

/** `kubia-` becomes `kubia-7rt2n`. `random` gives numbers from 0 up to 1. */
export function generatedName(base: string, random: () => number): string {
  return `${base.slice(0, longestBase)}${nameSuffix(random)}`
}

/** Five letters as Kubernetes draws them. */
export function nameSuffix(random: () => number): string {
  return Array.from({length: suffixLength}, () => letters[Math.floor(random() * letters.length)]).join('')
}
