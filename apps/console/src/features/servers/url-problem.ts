// What is wrong with a server's URL, as far as a browser can tell. The registry decides.

/** A sentence, or null where nothing is. */
export function urlProblem(text: string): string | null {
  const value = text.trim()
  if (value === '') return 'The URL of its MCP endpoint'
  if (!/^https?:\/\//i.test(value)) {
    return /\s/.test(value)
      ? 'This is no URL. A server that is started by a command has to be served over Streamable HTTP first'
      : 'An address that begins with https://'
  }
  if (!URL.canParse(value)) return 'This is no URL'
  const url = new URL(value)
  if (url.username || url.password)
    return 'Put user name and password into a header: they may not stand in the URL'
  return value.includes('#') ? 'Leave out what follows #' : null
}

/** True where the stored headers would not follow: another scheme, host or port. */
export function movesElsewhere(from: string, to: string): boolean {
  return URL.canParse(from) && URL.canParse(to.trim()) && new URL(from).origin !== new URL(to.trim()).origin
}
