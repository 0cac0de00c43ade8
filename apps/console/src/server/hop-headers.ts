// Which headers end at this hop, and what nobody but us may say about the client.

const hop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const ours = /^(host|expect|forwarded|x-forwarded-.*|x-real-ip|x-nonce|content-security-policy)$/

/** Names and values in turn, as Node and undici give them. */
export type RawHeaders = readonly string[]

/** The request's headers as they go on. @param drop more names to leave out, lower case */
export function requestHeaders(raw: RawHeaders, address: string, drop: readonly string[] = []): string[] {
  const kept = endToEnd(raw).filter(
    ([name]) => !ours.test(name.toLowerCase()) && !drop.includes(name.toLowerCase()),
  )
  return [...kept.flat(), 'X-Forwarded-For', address]
}

/** The answer's headers as they come back, cookies each on its own. */
export const responseHeaders = (raw: RawHeaders): string[] => endToEnd(raw).flat()

function endToEnd(raw: RawHeaders): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? ''])
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) =>
      value
        .toLowerCase()
        .split(',')
        .map((one) => one.trim()),
    )
  return pairs.filter(([name]) => !hop.has(name.toLowerCase()) && !named.includes(name.toLowerCase()))
}
