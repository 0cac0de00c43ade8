// What went wrong on the way to an upstream, as one of our errors. The cause stays for the log.

import { AppError } from '@gatehouse/errors'

const timeouts = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

/** An AppError as it is; time-outs as `upstream_timeout`; every other failure as `upstream_unreachable`. */
export function toUpstreamError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const { name, code, cause } = thrown as { name?: string; code?: string; cause?: unknown }
  if (cause instanceof AppError) return cause
  if (name === 'TimeoutError' || (code && timeouts.has(code))) {
    return new AppError('upstream_timeout', { cause: thrown })
  }
  const what = code && sentences[code]
  return new AppError('upstream_unreachable', { cause: thrown, ...(what ? { what } : {}) })
}

const sentences: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  UND_ERR_SOCKET: 'the connection broke off',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by a trusted authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by a trusted authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by a trusted authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by a trusted authority',
}
