// What a pasted text says about servers, whatever form it had.

export interface PastedHeader {
  readonly key: string
  readonly value: string
}

/** Something that the text leaves open, and somebody has to say. */
export interface Blank {
  /** What stands for it in URL and headers, exactly. */
  readonly token: string
  readonly name: string
  readonly about: string
  readonly fallback: string
  readonly choices: readonly string[]
  readonly isSecret: boolean
  readonly isRequired: boolean
}

/** A server with an address. */
export interface Remote {
  readonly kind: 'remote'
  /** "" where the text has none. */
  readonly name: string
  readonly url: string
  /** Where the text says that it speaks the transport of 2024. */
  readonly isSse: boolean
  readonly headers: readonly PastedHeader[]
  readonly blanks: readonly Blank[]
}

/** A server that its client starts: it has no address yet. */
export interface Started {
  readonly kind: 'started'
  readonly name: string
  readonly words: readonly string[]
  /** Names of the environment variables that it wants; their values stay where they were pasted from. */
  readonly env: readonly string[]
}

export type Entry = Remote | Started

/**
 * The URL and headers with every blank filled in: with what was given, else what is usual. What is still open shows in the URL, and
 * empties the value of a header; a header that may stay away does.
 */
export function filledIn({ url, headers, blanks }: Remote, given: Readonly<Record<string, string>>) {
  const toldOf = ({ token, fallback }: Blank) => given[token] || fallback
  const fill = (text: string) =>
    blanks.reduce((left, blank) => left.replaceAll(blank.token, () => toldOf(blank) || blank.token), text)
  return {
    url: fill(url),
    headers: headers.flatMap(({ key, value }) => {
      const open = blanks.filter((blank) => value.includes(blank.token) && !toldOf(blank))
      if (open.length === 0) return [{ key, value: fill(value) }]
      return open.some(({ isRequired }) => isRequired) ? [{ key, value: '' }] : []
    }),
  }
}

/** Whether somebody has yet to say something. */
export const isOpen = ({ blanks }: Remote, given: Readonly<Record<string, string>>): boolean =>
  blanks.some(({ token, isRequired, fallback }) => isRequired && !given[token] && !fallback)

/** `${NAME}`, `${NAME:-usual}`, `${env:NAME}`, `${input:id}`: what clients fill in from elsewhere. */
export function blanksIn(
  texts: readonly string[],
  told: (name: string) => Partial<Blank> = () => ({}),
): Blank[] {
  const found = new Map<string, Blank>()
  for (const text of texts)
    for (const [token, name = '', fallback = ''] of text.matchAll(
      /\$\{(?:env:|input:)?([\w.-]+)(?::-([^}]*))?\}/g,
    ))
      found.set(token, {
        ...{ token, name, about: '', fallback, choices: [], isSecret: true, isRequired: true },
        ...told(name),
      })
  return [...found.values()]
}
