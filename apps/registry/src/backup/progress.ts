// What the person who waits for a copy is told.

export type Tell = (line: string) => void

const tellEvery = 100_000

/** Counts rows and tells of every so many. */
export function countRows(tell: Tell) {
  let rows = 0
  return {
    add(more: number) {
      const before = Math.floor(rows / tellEvery)
      rows += more
      if (Math.floor(rows / tellEvery) > before) tell(`${rows} rows so far`)
    },
    total: () => rows,
  }
}
