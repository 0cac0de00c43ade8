// URI templates of resources, with texts as values: https://www.rfc-editor.org/rfc/rfc6570

const expression = /\{([+#./;?&]?)([^{}]*)\}/g

/** What an operator puts before, between, and whether it names its values and lets reserved characters be. */
const operators: Readonly<Record<string, Operator>> = {
  '': { first: '', between: ',' },
  '+': { first: '', between: ',', reserved: true },
  '#': { first: '#', between: ',', reserved: true },
  '.': { first: '.', between: '.' },
  '/': { first: '/', between: '/' },
  ';': { first: ';', between: ';', named: 'bare' },
  '?': { first: '?', between: '&', named: 'always' },
  '&': { first: '&', between: '&', named: 'always' },
}

interface Operator {
  readonly first: string
  readonly between: string
  readonly reserved?: boolean
  /** "bare": an empty value has no equals sign. */
  readonly named?: 'always' | 'bare'
}

export interface Variable {
  readonly name: string
  /** It stands in the query, which does without it. */
  readonly optional: boolean
}

/** Each once, in the order of the template. */
export function variablesOf(template: string): Variable[] {
  const found = new Map<string, Variable>()
  for (const [, operator = '', list = ''] of template.matchAll(expression)) {
    const optional = operator === '?' || operator === '&'
    for (const { name } of specsOf(list)) if (!found.has(name)) found.set(name, { name, optional })
  }
  return [...found.values()]
}

/** @param find undefined for a variable that is left out */
export const expand = (template: string, find: (name: string) => string | undefined): string =>
  template.replace(expression, (_, sign: string, list: string) => {
    const operator = operators[sign]
    if (operator === undefined) return ''
    const parts = specsOf(list).flatMap(({ name, length }) => {
      const value = find(name)
      return value === undefined ? [] : [partOf(operator, name, [...value].slice(0, length).join(''))]
    })
    return parts.length === 0 ? '' : operator.first + parts.join(operator.between)
  })

function partOf({ named, reserved }: Operator, name: string, value: string): string {
  const text = reserved
    ? encodeURI(value.toWellFormed()).replaceAll(/%25([0-9a-f]{2})/gi, '%$1')
    : strictly(value)
  if (named === undefined) return text
  return named === 'bare' && text === '' ? name : `${name}=${text}`
}

/** All but the unreserved characters. */
const strictly = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** A text is the same exploded or not. */
const specsOf = (list: string) =>
  list.split(',').flatMap((spec) => {
    const [, name, length] = /^\s*([^\s:*]+)(?::(\d+))?\*?\s*$/.exec(spec) ?? []
    return name === undefined ? [] : [{ name, length: length === undefined ? undefined : Number(length) }]
  })
