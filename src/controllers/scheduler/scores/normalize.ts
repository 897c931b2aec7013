/** Numbers of any size as shares of the greatest, up to 100; all nothing when the greatest is. */
export function shares(numbers: readonly number[]): readonly number[] {
  const most = Math.max(...numbers)
  return numbers.map(number => (most > 0 ? Math.floor((number * 100) / most) : 0))
}

/** Numbers between the least, which is nothing, and the greatest, which is 100. */
export function between(numbers: readonly number[]): readonly number[] {
  const least = Math.min(...numbers)
  return shares(numbers.map(number => number - least))
}

/** As `shares`, where less is better. */
export function reversed(numbers: readonly number[]): readonly number[] {
  return shares(numbers).map(share => 100 - share)
}
