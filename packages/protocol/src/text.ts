// The text that a JSON string stands for.

/** @param start its first quote; `end` is past its last one. The scanner has been over it. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const written = bytes.toString('utf8', start + 1, end - 1)
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written // a string, by its quotes
}

/**
 * The same text for names that some parser takes for each other: in either case, and with the four characters whose other case
 * is a letter of ASCII (the Kelvin sign, the long s, the i without a dot and the I with one).
 */
export const foldCase = (name: string): string => name.toUpperCase().toLowerCase().replaceAll('\u0307', '')
