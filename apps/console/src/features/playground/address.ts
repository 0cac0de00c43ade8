// Where what is tried is asked for, and by whom: known to everything below the choice, so that a link in an answer can be read too.

import type { Server } from '@gatehouse/registry-api'
import { createContext, use } from 'react'
import type { Tokens } from '#lib/gateway-token.ts'

export interface Address {
  /** Below `/mcp/`: a server's slug, "" for all of them. */
  readonly path: string
  /** As the gateway's clients know it. */
  readonly url: string
  /** Undefined at the address of all servers. */
  readonly server: Server | undefined
  /** Who calls: id of an API key; "" is the person themselves. */
  readonly as: string
  /** Theirs. */
  readonly tokens: Tokens
}

const Here = createContext<Address | null>(null)

export const AddressProvider = Here.Provider

/** @throws Error outside of an address */
export function useAddress(): Address {
  const address = use(Here)
  if (address === null) throw new Error('nothing is asked for outside of an address')
  return address
}
