// Text of a server that nobody vouches for: characters that can't be seen, or that turn the direction, are shown as their number.

export interface Piece {
  readonly text: string
  /** True for a character that would not be seen. */
  readonly hidden: boolean
}

// Control and format characters, separators of lines, fillers, variation selectors and tags; tab and line feed are seen,
// and so is what makes a sign an emoji.
const unseen =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each of these characters is meant by itself
  /(?![\t\n])[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\u2800\u{e0100}-\u{e0fff}]|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0|(?<!\p{Extended_Pictographic})[\ufe00-\ufe0f]/gu

/** The text in pieces, in order; a hidden one reads `U+200B`. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let from = 0
  for (const match of text.matchAll(unseen)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), hidden: false })
    found.push({ text: nameOf(match[0]), hidden: true })
    from = match.index + match[0].length
  }
  if (from < text.length) found.push({ text: text.slice(from), hidden: false })
  return found
}

/** The same as one line of plain text, for titles and labels. */
export const plainly = (text: string) =>
  pieces(text)
    .map((piece) => (piece.hidden ? `⟨${piece.text}⟩` : piece.text))
    .join('')

const nameOf = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
