// An address that a server names, before somebody is offered to go there.

/** The address as browsers read it; undefined where it is no page of the web. */
export function safeAddress(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined
}
