// Where a server is, read once for each state of it: every call needs it, and reading a URL costs as much as a look-up.

export interface Address {
  readonly origin: string
  /** With the query. */
  readonly path: string
}

/** As long as a server is known it is the same object. */
const known = new WeakMap<object, Address>()

export function addressOf(server: { readonly url: string }): Address {
  let address = known.get(server)
  if (address === undefined) {
    const { origin, pathname, search } = new URL(server.url)
    address = { origin, path: pathname + search }
    known.set(server, address)
  }
  return address
}
