import { randomBytes, randomUUID } from 'node:crypto'
import type { HelloEvent, ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import { expect, test } from 'vitest'
import { createSessionTokens, tokenDigest } from './session-token.ts'

const day = 24 * 3_600_000
const start = 1_790_000_000_000
const sealingKey = (notBefore: number): HelloEvent['sealing_keys'][number] => ({
  id: randomUUID(),
  key: randomBytes(32).toString('base64'),
  not_before_ms: notBefore,
  expires_at_ms: notBefore + 60 * day,
})
const hello = (keys = [sealingKey(start - day)], ended: HelloEvent['ended_sessions'] = []): HelloEvent => ({
  revision: 1,
  lease_ms: 60_000,
  installation_mark: 'test',
  sealing_keys: keys,
  ended_sessions: ended,
})

// Of caller and server the tokens look at these members only.
const bearer = {
  caller: { key_id: 'key-1' } as ResolvedCaller,
  server: { id: 'server-1', url: 'https://one.example/mcp' } as ResolvedServer,
  generation: 'generation-1',
}
const part = { upstreamId: 'upstream-1', protocolVersion: '2025-11-25', elicitation: { form: {} } }
const notFound = expect.objectContaining({ code: 'session_not_found', status: 404 })

function setUp(greeting = hello()) {
  const clock = { now: start }
  const holder = { greeting }
  return { clock, holder, tokens: createSessionTokens(holder, () => clock.now) }
}

test('a token is visible ASCII, tells nothing, and opens on every gateway of the installation', () => {
  const { tokens, holder, clock } = setUp()
  const token = tokens.seal(bearer, part)
  expect(token).toMatch(/^[\x21-\x7e]+$/)
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('upstream-1')
  expect(tokens.seal(bearer, part)).not.toBe(token)
  const elsewhere = createSessionTokens(holder, () => clock.now)
  expect(elsewhere.open(token, bearer)).toMatchObject({ ...part, expiresAtMs: start + 7 * day })
})

test('a token with any one bit altered is unknown', () => {
  const { tokens } = setUp()
  const token = tokens.seal(bearer, part)
  const bytes = Buffer.from(token, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const altered = Buffer.from(bytes)
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => tokens.open(altered.toString('base64url'), bearer)).toThrow(notFound)
  }
  for (const spelling of [`${token}=`, ` ${token}`, token.slice(0, -1), `${token}A`, '', 'upstream-1'])
    expect(() => tokens.open(spelling, bearer)).toThrow(notFound)
  expect(tokens.open(token, bearer).upstreamId).toBe('upstream-1')
})

test.each([
  ['another key', { ...bearer, caller: { key_id: 'key-2' } as ResolvedCaller }],
  ['another server', { ...bearer, server: { ...bearer.server, id: 'server-2' } }],
  ['another origin', { ...bearer, server: { ...bearer.server, url: 'https://two.example/mcp' } }],
  ['another credential', { ...bearer, generation: 'generation-2' }],
])('a token is unknown to %s, also once it was opened', (_what, other) => {
  const { tokens } = setUp()
  const token = tokens.seal(bearer, part)
  tokens.open(token, bearer)
  expect(() => tokens.open(token, other)).toThrow(notFound)
})

test('a token of another installation is unknown', () => {
  expect(() => setUp().tokens.open(setUp().tokens.seal(bearer, part), bearer)).toThrow(notFound)
})

test('a token is good for seven days', () => {
  const { tokens, clock } = setUp()
  const token = tokens.seal(bearer, part)
  clock.now = start + 7 * day - 1
  tokens.open(token, bearer)
  clock.now = start + 7 * day
  expect(() => tokens.open(token, bearer)).toThrow(notFound)
})

test('a token is sealed with the newest key that is in use, and opens as long as its key is known', () => {
  const [old, next] = [sealingKey(start - day), sealingKey(start + day)]
  const { tokens, holder, clock } = setUp(hello([next, old]))
  const first = tokens.seal(bearer, part)
  holder.greeting = hello([old])
  tokens.open(first, bearer)
  clock.now = start + day
  holder.greeting = hello([next, old])
  const second = tokens.seal(bearer, part)
  holder.greeting = hello([next])
  expect(tokens.open(second, bearer).upstreamId).toBe('upstream-1')
})

test('an ended session is unknown: ended here, told by a change, or named in a hello', () => {
  const { tokens, holder } = setUp()
  const [here, told, named] = [0, 1, 2].map(() => tokens.seal(bearer, part)) as [string, string, string]
  for (const token of [here, told, named]) tokens.open(token, bearer)
  tokens.end(here, start + day)
  tokens.endDigest(tokenDigest(told), start + day)
  holder.greeting = hello(holder.greeting.sealing_keys, [
    { digest: tokenDigest(named), expires_at_ms: start + day },
  ])
  for (const token of [here, told, named]) expect(() => tokens.open(token, bearer)).toThrow(notFound)
})
