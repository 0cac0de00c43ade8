// Where a chart's lines go: round numbers beside them, and points as an SVG path.

/** At most five round numbers from 0 to one that is not below `most`. */
export function ticks(most: number, whole: boolean): number[] {
  if (most <= 0) return [0, 1]
  const rough = most / 4
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step =
    [1, 2, 2.5, 5, 10].map((one) => one * magnitude).find((one) => one >= rough && !(whole && one % 1)) ??
    rough
  const fine = whole ? Math.max(1, step) : step
  return Array.from({ length: Math.ceil(most / fine) + 1 }, (_, i) => Number((i * fine).toPrecision(12)))
}

/** A line through the points; where a value is missing it breaks off, and a point without neighbours is a dot. */
export function linePath(points: readonly (readonly [x: number, y: number] | null)[]): string {
  let path = ''
  for (const [at, point] of points.entries()) {
    if (point === null) continue
    const [x, y] = point.map((value) => value.toFixed(1))
    const follows = points[at - 1] != null
    path += follows ? `L${x} ${y}` : `M${x} ${y}`
    if (!follows && points[at + 1] == null) path += 'h0'
  }
  return path
}
