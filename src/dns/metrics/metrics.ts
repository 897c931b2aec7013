/** Counters and histograms in Prometheus' text format. */
export type Metrics = {
  /** The counter or gauge of some labels; the same one for the same labels, to be kept where it is used often. */
  value(family: ValueFamily, labels: Labels): Value
  histogram(family: HistogramFamily, labels: Labels): Histogram
  /** Forgets the values of a family. */
  forget(family: ValueFamily): void
  print(): string
}

export type Labels = Readonly<Record<string, string>>

export type ValueFamily = {readonly name: string; readonly help: string; readonly kind: 'counter' | 'gauge'}

export type HistogramFamily = {readonly name: string; readonly help: string; readonly bounds: readonly number[]}

export type Value = {count: number}

export type Histogram = {observe(value: number): void}

export function createMetrics(): Metrics {
  const families = new Map<string, {family: ValueFamily | HistogramFamily; series: Map<string, Value | Series>}>()
  const seriesOf = (family: ValueFamily | HistogramFamily) => {
    const known = families.get(family.name) ?? {family, series: new Map<string, Value | Series>()}
    families.set(family.name, known)
    return known.series
  }
  return {
    value: (family, labels) => {
      const series = seriesOf(family)
      const key = printLabels(labels)
      const value = (series.get(key) as Value | undefined) ?? {count: 0}
      series.set(key, value)
      return value
    },
    histogram: (family, labels) => {
      const series = seriesOf(family)
      const key = printLabels(labels)
      const known = (series.get(key) as Series | undefined) ?? newSeries(family.bounds)
      series.set(key, known)
      return known
    },
    forget: ({name}) => families.get(name)?.series.clear(),
    print: () =>
      [...families.values()]
        .toSorted((one, other) => (one.family.name < other.family.name ? -1 : 1))
        .flatMap(({family, series}) => [
          `# HELP ${family.name} ${family.help}`,
          `# TYPE ${family.name} ${'bounds' in family ? 'histogram' : family.kind}`,
          ...[...series]
            .toSorted(([one], [other]) => (one < other ? -1 : 1))
            .flatMap(([labels, value]) => printSeries(family.name, labels, value)),
        ])
        .map(line => `${line}\n`)
        .join(''),
  }
}

type Series = Histogram & {
  readonly bounds: readonly number[]
  /** How many values were at most each bound, and above the one before. */
  readonly counts: number[]
  sum: number
}

function newSeries(bounds: readonly number[]): Series {
  const series: Series = {
    bounds,
    counts: Array.from({length: bounds.length + 1}, () => 0),
    sum: 0,
    observe: value => {
      let at = 0
      while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1
      series.counts[at] = (series.counts[at] ?? 0) + 1
      series.sum += value
    },
  }
  return series
}

function printSeries(name: string, labels: string, value: Value | Series): string[] {
  if (!('counts' in value)) return [`${name}${braced(labels)} ${value.count}`]
  let total = 0
  const lines = [...value.bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
    total += value.counts[index] ?? 0
    const limit = `le="${bound === Number.POSITIVE_INFINITY ? '+Inf' : bound}"`
    return `${name}_bucket{${labels === '' ? '' : `${labels},`}${limit}} ${total}`
  })
  return [...lines, `${name}_sum${braced(labels)} ${value.sum}`, `${name}_count${braced(labels)} ${total}`]
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

function printLabels(labels: Labels): string {
  return Object.entries(labels)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, letter => (letter === '\n' ? '\\n' : `\\${letter}`))}"`,
    )
    .join(',')
}
