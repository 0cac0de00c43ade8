// What a client is told, and the pieces that its forms share. One file per client is in clients/; index.ts has them in order.

export interface Endpoint {
  /** Name of the entry in the client's configuration. */
  readonly name: string
  readonly url: string
  /** Only where the person chose to have it in the text: else the client reads the environment. */
  readonly key?: string | undefined
}

/** One way to tell it; the others are as good. */
export interface Form {
  /** Where the text belongs: "In a terminal", or a file. */
  readonly where: string
  readonly text: string
}

/** Opens the client, which asks before it adds anything. Never has a key in it: links stay in a browser's history. */
export interface InstallLink {
  readonly label: string
  readonly href: string
}

export interface Client {
  /** Names its golden file, and the client in an address. */
  readonly id: string
  readonly name: string
  /** Whether it reads the key from the environment, so that the variable has to be set first. */
  readonly readsEnvironment: 'always' | 'unless-in-text' | 'never'
  readonly forms: (to: Endpoint) => readonly [Form, ...Form[]]
  readonly link?: (to: Endpoint) => InstallLink
  /** What shows that it worked. */
  readonly check: string
  /** What one has to know about this client, and why. */
  readonly note?: string
  /** Where the form comes from: a page of the client's own, and when it was read there or tried with the client itself. */
  readonly source: { readonly page: string; readonly seen: string }
}

/** The variable that the default forms read. */
export const keyVariable = 'GATEHOUSE_API_KEY'

/** The line that gives the variable its value. */
export const exportLine = (key: string) => `export ${keyVariable}=${key}`

/** As JSON, in the form in which configuration files are written. */
export const json = (value: unknown) => JSON.stringify(value, null, 2)

/** @param variable how the client's configuration names a variable of its environment */
export const bearer = (key: string | undefined, variable: string) => `Bearer ${key ?? variable}`

/** What the shell itself fills in. */
export const inShell = ({ key }: Endpoint) => `"Authorization: ${bearer(key, `$${keyVariable}`)}"`

/** What the shell leaves as it is, because the client fills it in whenever it connects: so the key is in no file. */
export const forClient = ({ key }: Endpoint) => `'Authorization: ${bearer(key, `\${${keyVariable}}`)}'`
