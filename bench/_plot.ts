/** A line of a plot, its points by rising x. */
export type Line = {readonly name: string; readonly points: readonly {readonly x: number; readonly y: number}[]}

const [width, height, left, bottom, top, right] = [640, 360, 56, 44, 36, 96]
const colours = ['#c0392b', '#2471a3', '#1e8449', '#7d3c98']

const title = 'First packet to a Service, µs (median), by the number of Services'

/** First-packet latency against the number of Services as SVG: x by powers of ten, y from nothing on. */
export function plotOf(lines: readonly Line[]): string {
  const points = lines.flatMap(line => line.points)
  const most = Math.max(...points.map(({y}) => y)) * 1.1
  const [first, last] = [Math.min(...points.map(({x}) => x)), Math.max(...points.map(({x}) => x))]
  const x = (value: number) =>
    left + ((width - left - right) * Math.log10(value / first)) / Math.max(Math.log10(last / first), 1e-9)
  const y = (value: number) => height - bottom - ((height - bottom - top) * value) / most
  const step = stepFor(most)
  const levels = Array.from({length: Math.floor(most / step) + 1}, (_, index) => index * step)
  const ticks = [...new Set(points.map(one => one.x))]
  const text = (at: {x: number; y: number; anchor?: string}, words: string | number) =>
    `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" text-anchor="${at.anchor ?? 'middle'}">${words}</text>`
  const parts = [
    text({x: left, y: 20, anchor: 'start'}, title),
    ...levels.map(
      level =>
        `<path d="M${left} ${y(level).toFixed(1)}H${width - right}" stroke="#ddd"/>${text({x: left - 8, y: y(level) + 4, anchor: 'end'}, level)}`,
    ),
    ...ticks.map(tick => text({x: x(tick), y: height - bottom + 20}, tick)),
    ...lines.map(({name, points: own}, index) => {
      const colour = colours[index % colours.length]
      const path = own.map((one, at) => `${at === 0 ? 'M' : 'L'}${x(one.x).toFixed(1)} ${y(one.y).toFixed(1)}`).join('')
      const end = own.at(-1)
      const label = end ? text({x: x(end.x) + 8, y: y(end.y) + 4, anchor: 'start'}, name) : ''
      const dots = own.map(one => `<circle cx="${x(one.x).toFixed(1)}" cy="${y(one.y).toFixed(1)}" r="3"/>`).join('')
      return `<g fill="${colour}"><path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}${label}</g>`
    }),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`
}

/** A round number, so that there are some five levels. */
function stepFor(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 5))
  return power * ([1, 2, 5, 10].find(factor => most / 5 <= factor * power) ?? 10)
}
