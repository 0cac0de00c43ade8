// A command line in words, as a POSIX shell reads it, without what a shell would do with them; and back.

/** Null where a quote is never closed. A prompt in front and line breaks after a backslash or a backtick don't count. */
export function shellWords(line: string): string[] | null {
  const text = line
    .trim()
    .replace(/^[$>] /, '')
    .replace(/[\\`^]\r?\n\s*/g, ' ')
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (quote === "'") {
      if (sign === "'") quote = ''
      else word += sign
    } else if (sign === '\\' && (quote === '' || /["\\$`]/.test(text.charAt(at + 1)))) {
      at += 1
      word = (word ?? '') + text.charAt(at)
    } else if (quote === '"') {
      if (sign === '"') quote = ''
      else word += sign
    } else if (sign === "'" || sign === '"') {
      quote = sign
      word ??= ''
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + sign
  }
  if (quote !== '') return null
  if (word !== undefined) words.push(word)
  return words
}

/** Words as a line that a shell reads as these words. */
export const shellLine = (words: readonly string[]): string => words.map(quoted).join(' ')

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
