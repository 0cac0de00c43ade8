// Which failures of a request tell that the upstream is not there: neither our own (a client that went, a changed credential, no
// file descriptors left) nor anything that it said.

const silent = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EPROTO',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
])
const tls = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/** @param method a stream that is asked for with GET may stay quiet for as long as it likes */
export function isUpstreamFault(thrown: unknown, method: string): boolean {
  const { code } = thrown as { code?: unknown }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return method !== 'GET'
  return typeof code === 'string' && (silent.has(code) || tls.test(code))
}
