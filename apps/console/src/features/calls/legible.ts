// A body for the eye: JSON in lines, also where it breaks off or stands in the events of a stream. Only spaces between tokens change,
// so every digit and letter stays as it was sent.

/** Strings as a whole, brackets, and everything else up to the next of them. */
const token = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs

export function legible(body: string): string {
  if (/^\s*[{["]/.test(body)) return indented(body)
  return body
    .split(/(?<=\n)/)
    .map((line) =>
      line.replace(
        /^data: ?([{[].*?)(\r?\n)?$/s,
        (_, json: string, end = '') => `data: ${indented(json)}${end}`,
      ),
    )
    .join('')
}

function indented(json: string): string {
  let out = ''
  let depth = 0
  let last = ''
  const line = () => `\n${'  '.repeat(depth)}`
  for (const [part] of json.matchAll(token)) {
    const closes = part === '}' || part === ']'
    if (closes) depth -= 1
    const isEmpty = closes && (last === '{' || last === '[')
    if ((closes && !isEmpty) || last === ',' || (!closes && (last === '{' || last === '['))) out += line()
    out += part === ':' ? ': ' : part
    if (part === '{' || part === '[') depth += 1
    last = part
  }
  return out
}
