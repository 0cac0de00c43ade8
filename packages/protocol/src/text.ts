// The text that a JSON string stands for.

/** @param start its first quote; `end` is past its last one. The scanner has been over it. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const written = bytes.toString('utf8', start + 1, end - 1)
  return written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written // a string, by its quotes
}

/**
 * The same for all names that some parser or table takes for each other: letters in both cases, and the four characters outside
 * ASCII whose other case is inside (K for the Kelvin sign, s for the long s, i with and without its dot).
 */
export const foldCase = (name: string): string => name.toUpperCase().toLowerCase().replaceAll('\u0307', '')
