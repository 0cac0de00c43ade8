// The names of the headers that a credential attaches, read once for each answer of the registry: every record tells them.

import type { CredentialsAnswer } from '@gatehouse/registry-api/internal'

const known = new WeakMap<CredentialsAnswer, readonly string[]>()

export function headerNames(credential: CredentialsAnswer): readonly string[] {
  let names = known.get(credential)
  if (names === undefined) {
    names = credential.headers.map(([name]) => name)
    known.set(credential, names)
  }
  return names
}
