// Who we are to authorization servers: what a registration says, and the document whose address can be our client id.

import type { Config } from '../config.ts'

/** Where authorization servers send browsers back to, exactly. */
export const redirectUri = (config: Pick<Config, 'CONSOLE_PUBLIC_URL'>) =>
  `${config.CONSOLE_PUBLIC_URL.replace(/\/$/, '')}/connect/callback`

/** What every registration of ours has in common. */
export function aboutUs(config: Pick<Config, 'CONSOLE_PUBLIC_URL'>) {
  const uri = redirectUri(config)
  const isSecure = new URL(uri).protocol === 'https:'
  return {
    client_name: 'Gatehouse',
    ...(isSecure && { client_uri: config.CONSOLE_PUBLIC_URL }),
    redirect_uris: [uri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // OpenID Connect Registration: only native clients may come back to loopback over plain http.
    application_type: isSecure ? 'web' : 'native',
  }
}

/** The address of our document; undefined where it is none that authorization servers could read. */
export function metadataDocumentUrl(
  config: Pick<Config, 'CONSOLE_PUBLIC_URL' | 'GATEHOUSE_CLIENT_METADATA_URL'>,
): string | undefined {
  const url =
    config.GATEHOUSE_CLIENT_METADATA_URL ??
    new URL('/oauth/client-metadata.json', config.CONSOLE_PUBLIC_URL).href
  return url.startsWith('https://') ? url : undefined
}
