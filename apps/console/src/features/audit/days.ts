// Days of a calendar, `2026-06-01`, as moments: from the beginning of the first to the end of the last, in the person's own time.

const beginning = (day: string | null, later: number): string | null => {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '') ?? []
  const moment = new Date(Number(year), Number(month) - 1, Number(date) + later)
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString()
}

/** Null for what is no day. */
export const sinceOf = (day: string | null) => beginning(day, 0)
export const untilOf = (day: string | null) => beginning(day, 1)
