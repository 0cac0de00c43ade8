// What a server that refuses wants: an account at an authorization server that it names, or a header that somebody has to know.

import { toAppError } from '@gatehouse/errors'
import type { ProbeVerdict } from '@gatehouse/registry-api'
import type { Deps } from '../deps.ts'
import { metadataDocumentUrl } from '../oauth/client-metadata.ts'
import { concludeFrom, lookAround, type Shown } from '../oauth/discover.ts'
import { inTime } from '../oauth/in-time.ts'
import type { Steps } from './steps.ts'

type Found = Pick<ProbeVerdict, 'auth' | 'header' | 'registration'>

/**
 * @param challenge the WWW-Authenticate header of its refusal
 * @param hadHeaders it refused in spite of them
 */
export async function findAuth(
  deps: Pick<Deps, 'egress' | 'config'>,
  url: string,
  { challenge, hadHeaders }: { readonly challenge: string; readonly hadHeaders: boolean },
  steps: Steps,
): Promise<Found> {
  const refused = hadHeaders ? 'It refuses these headers' : 'It refuses who is unknown'
  let shown: Shown
  try {
    shown = await lookAround(inTime(deps), url)
    if (shown.told === null && shown.metadata === null) {
      steps.warn(`${refused}, and names no authorization server`, 'Enter the header that it wants')
      steps.skip('discovery', 'It has no authorization server')
      return { auth: 'headers', header: hintOf(challenge), registration: null }
    }
  } catch (thrown) {
    steps.warn(`${refused}. What it wants could not be found out`)
    steps.begin('discovery')
    steps.fail(toAppError(thrown))
    return { auth: null, header: hintOf(challenge), registration: null }
  }
  steps.end('done', `${refused}: each person connects an account`)
  steps.begin('discovery')
  try {
    const { metadata } = concludeFrom(deps, url, shown)
    const host = new URL(metadata.issuer).host
    const registration =
      metadata.client_id_metadata_document_supported && metadataDocumentUrl(deps.config) !== undefined
        ? 'document'
        : metadata.registration_endpoint === undefined
          ? 'manual'
          : 'dynamic'
    if (registration === 'manual')
      steps.warn(
        `People sign in at ${host}, which registers no clients by itself`,
        'Register a client there by hand, and enter it as an OAuth provider',
      )
    else steps.end('done', `People sign in at ${host}, which takes us as a client`)
    return { auth: 'oauth', header: null, registration }
  } catch (thrown) {
    steps.fail(toAppError(thrown))
    return { auth: 'oauth', header: null, registration: null }
  }
}

/** The scheme that the refusal names, as a header begins. */
function hintOf(challenge: string): Found['header'] {
  const scheme = /^(bearer|basic)\b/i.exec(challenge)?.[1]?.toLowerCase()
  if (scheme === undefined) return null
  return { key: 'Authorization', value: scheme === 'basic' ? 'Basic ' : 'Bearer ' }
}
