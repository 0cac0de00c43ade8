// What may be kept of a captured call: values of headers that can hold no secret, and bodies without the credentials that we know.

import type { CapturedSide } from '@gatehouse/registry-api'
import { maskedValue } from '@gatehouse/registry-api/internal'

/** Every other value is masked: a name that nobody thought of is more likely a secret than a help. */
const plain = new Set([
  ...[
    'accept',
    'accept-encoding',
    'accept-language',
    'allow',
    'cache-control',
    'connection',
    'content-length',
  ],
  ...['content-type', 'date', 'host', 'keep-alive', 'mcp-method', 'mcp-name', 'mcp-protocol-version'],
  ...['retry-after', 'traceparent', 'transfer-encoding', 'user-agent', 'vary', 'via', 'x-accel-buffering'],
  'x-request-id',
])
/** They repeat arguments, which the body has. */
const repeatsArguments = 'mcp-param-'

/** @param raw names and values in turn */
export function maskHeaders(raw: readonly string[]): CapturedSide['headers'] {
  const headers: CapturedSide['headers'] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name = '', value = ''] = [raw[i], raw[i + 1]]
    const lower = name.toLowerCase()
    const isPlain = plain.has(lower) || lower.startsWith(repeatsArguments)
    headers.push([lower, isPlain ? value : maskedValue])
  }
  return headers
}

/** Shorter ones are words that stand in many texts. */
const minSecretLength = 8

/** As they could stand in a body: whole, without their scheme, and as JSON spells them. @param values of headers */
export function secretsIn(values: readonly string[]): string[] {
  const parts = values.flatMap((value) => [value, ...value.split(/[\s;=]+/)])
  const spelled = parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1)])
  return [...new Set(spelled)]
    .filter((part) => part.length >= minSecretLength)
    .sort((a, b) => b.length - a.length)
}

/** @param cut where a secret may have been cut in two, its beginning goes as well */
export function maskText(
  text: string,
  secrets: readonly string[],
  cut: boolean,
): Pick<CapturedSide, 'body' | 'masked'> {
  let body = text
  for (const secret of secrets) {
    body = body.replaceAll(secret, maskedValue)
    if (cut) body = body.slice(0, body.length - begun(body, secret))
  }
  return { body, masked: body !== text }
}

/** How much of the secret the text ends with. */
function begun(text: string, secret: string): number {
  for (let length = Math.min(secret.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return length
  return 0
}
