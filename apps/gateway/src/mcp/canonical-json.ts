// JSON texts that mean the same get the same canonical text (RFC 8785), and no two others do: a number that a double can't
// hold stays as it was written.

/** @param text JSON that was parsed before */
export function canonicalJson(text: string): string {
  return write(JSON.parse(text, exactly))
}

/** A number that would lose digits, as it was written. */
class Raw {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

function exactly(_name: string, value: unknown, { source }: { source?: string } = {}): unknown {
  if (typeof value !== 'number' || source === undefined) return value
  return sameNumber(source, String(value)) ? value : new Raw(source)
}

/** Member names in the order of their UTF-16 units, as sort() has it; numbers and strings as ECMAScript writes them. */
function write(value: unknown): string {
  if (value instanceof Raw) return value.source
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`).join(',')}}`
}

const sameNumber = (a: string, b: string) => a === b || digits(a) === digits(b)

/** The number as its significant digits and a power of ten; a text that is no such number stands for itself. */
function digits(text: string): string {
  const [, sign, whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text) ?? []
  if (whole === '') return text
  const all = (whole + fraction).replace(/^0+/, '')
  let end = all.length
  while (all[end - 1] === '0') end -= 1
  if (end === 0) return '0'
  return `${sign}${all.slice(0, end)}e${Number(power) - fraction.length + all.length - end}`
}
