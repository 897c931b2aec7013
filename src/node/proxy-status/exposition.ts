/** A metric as Prometheus reads it. Labels stand in the order in which they are given. */
export type Metric = {readonly name: string; readonly help: string} & (
  | {readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[]}
  | {readonly type: 'histogram'; readonly histogram: HistogramState}
)

export type Sample = {readonly labels?: Readonly<Record<string, string>>; readonly value: number}

/** How many values were at most as large as each bound, and what they were together. Bounds rise. */
export type HistogramState = {
  readonly bounds: readonly number[]
  /** By bound, each with those of the bounds below; the last counts all. */
  readonly counts: readonly number[]
  readonly sum: number
}

export function emptyHistogram(bounds: readonly number[]): HistogramState {
  return {bounds, counts: Array.from({length: bounds.length + 1}, () => 0), sum: 0}
}

export function observed({bounds, counts, sum}: HistogramState, value: number): HistogramState {
  const fits = (index: number) => value <= (bounds[index] ?? Number.POSITIVE_INFINITY)
  return {bounds, counts: counts.map((count, index) => count + (fits(index) ? 1 : 0)), sum: sum + value}
}

/** The text that `/metrics` answers, by the names of the metrics. */
export function printMetrics(metrics: readonly Metric[]): string {
  return metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(metric => [
      `# HELP ${metric.name} [ALPHA] ${metric.help}`,
      `# TYPE ${metric.name} ${metric.type}`,
      ...(metric.type === 'histogram' ? histogramLines(metric.name, metric.histogram) : sampleLines(metric)),
    ])
    .map(line => `${line}\n`)
    .join('')
}

function sampleLines({name, samples}: {readonly name: string; readonly samples: readonly Sample[]}): readonly string[] {
  return samples.map(({labels = {}, value}) => {
    const words = Object.entries(labels).map(([label, text]) => `${label}=${quoted(text)}`)
    return `${name}${words.length > 0 ? `{${words.join(',')}}` : ''} ${goFloat(value)}`
  })
}

function histogramLines(name: string, {bounds, counts, sum}: HistogramState): readonly string[] {
  const buckets = counts.map((count, index) => {
    const bound = bounds[index]
    return `${name}_bucket{le="${bound === undefined ? '+Inf' : goFloat(bound)}"} ${count}`
  })
  return [...buckets, `${name}_sum ${goFloat(sum)}`, `${name}_count ${counts.at(-1) ?? 0}`]
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`
}

/** A number as Go prints it: the shortest text that is it, with an exponent from a million on. */
export function goFloat(value: number): string {
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
