// A JSON object that nobody has looked into yet.

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** "" for what is no text. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
