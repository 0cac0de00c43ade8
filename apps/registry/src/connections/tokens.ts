// What a connection keeps sealed, and how it is opened. Labels: oauth/labels.ts.

import { Secret } from '@gatehouse/config'
import { AppError } from '@gatehouse/errors'
import { z } from 'zod'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'
import { tokenLabel } from '../oauth/labels.ts'
import type { SealedValue } from '../seal.ts'

export const tokens = z.object({
  /** Empty before the first one of a service's own. */
  access_token: z.string(),
  refresh_token: z.string().optional(),
  token_type: z.string(),
  /** How to get the next one where there is no refresh token: by our client's own right. */
  grant: z.literal('client_credentials').optional(),
})
export type Tokens = z.output<typeof tokens>

/** Of whom, and as of which refresh. */
export type TokenPlace = Parameters<typeof tokenLabel>[0]

export const sealTokens = (
  deps: Pick<Deps, 'sealer'>,
  tx: Tx,
  place: TokenPlace,
  value: Tokens,
): Promise<SealedValue> =>
  deps.sealer.sealFor(tx, place.workspaceId, tokenLabel(place), new Secret(JSON.stringify(value)))

/** @throws AppError credential_unreadable */
export async function openTokens(
  deps: Pick<Deps, 'sealer'>,
  tx: Tx,
  row: TokenPlace & { readonly sealed: Uint8Array; readonly dataKeyId: string },
): Promise<Tokens> {
  const opened = await deps.sealer.openFor(tx, row.workspaceId, tokenLabel(row), row)
  try {
    return tokens.parse(JSON.parse(opened.reveal()))
  } catch (cause) {
    throw new AppError('credential_unreadable', { cause })
  }
}
