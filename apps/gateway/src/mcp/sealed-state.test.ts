import { randomBytes, randomUUID } from 'node:crypto'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { type Binding, createSealedStates } from './sealed-state.ts'
import { createSealing } from './sealing.ts'
import { type Bearer, createSessionTokens } from './session-token.ts'

const start = 1_790_000_000_000
const day = 24 * 3_600_000

// Of caller and server the states look at these members only.
const bearer: Bearer = {
  caller: { key_id: 'key-1' } as ResolvedCaller,
  server: { id: 'server-1', url: 'https://one.example/mcp' } as ResolvedServer,
  generation: 'generation-1',
}
const bound: Binding = { method: 'tools/call', name: 'add', argumentsText: '{"a":1,"b":[2,{"c":3}]}' }
const refused = expect.objectContaining({ code: 'invalid_params', status: 400 })

const keyOf = (notBefore: number) => ({
  id: randomUUID(),
  key: randomBytes(32).toString('base64'),
  not_before_ms: notBefore,
  expires_at_ms: notBefore + 60 * day,
})
const hello = (...keys: ReturnType<typeof keyOf>[]) => ({
  greeting: {
    revision: 1,
    lease_ms: 60_000,
    installation_mark: 'test',
    sealing_keys: keys,
    ended_sessions: [],
  },
})

function setUp() {
  const clock = { now: start }
  const knowledge = hello(keyOf(start - day))
  return { clock, knowledge, states: createSealedStates(knowledge, () => clock.now) }
}

test('whatever state is sealed comes back, on every replica, and nothing of it can be read', () => {
  const { states, knowledge, clock } = setUp()
  const elsewhere = createSealedStates(knowledge, () => clock.now)
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const state = JSON.parse(JSON.stringify(value)) as unknown
      const text = states.seal(bearer, bound, state)
      expect(text).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(elsewhere.open(text, bearer, bound)).toEqual(state)
    }),
    { numRuns: 50 },
  )
  const text = states.seal(bearer, bound, { replica: 'canary-55' })
  expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('canary')
  expect(states.seal(bearer, bound, { replica: 'canary-55' })).not.toBe(text)
})

test('a state with any one bit altered, cut or spelled otherwise never opens', () => {
  const { states } = setUp()
  const text = states.seal(bearer, bound, { n: 1 })
  const bytes = Buffer.from(text, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const altered = Buffer.from(bytes)
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => states.open(altered.toString('base64url'), bearer, bound)).toThrow(refused)
  }
  for (const other of [`${text}=`, ` ${text}`, text.slice(0, -1), `${text}A`, '', 'state', text + text])
    expect(() => states.open(other, bearer, bound)).toThrow(refused)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (other) => {
      expect(() => states.open(other, bearer, bound)).toThrow(refused)
    }),
  )
})

test.each([
  ['another key', { ...bearer, caller: { key_id: 'key-2' } as ResolvedCaller }, bound],
  ['another server', { ...bearer, server: { ...bearer.server, id: 'server-2' } }, bound],
  ['another origin', { ...bearer, server: { ...bearer.server, url: 'https://two.example/mcp' } }, bound],
  ['another credential', { ...bearer, generation: 'generation-2' }, bound],
  ['another method', bearer, { ...bound, method: 'prompts/get' }],
  ['another name', bearer, { ...bound, name: 'subtract' }],
  ['no name', bearer, { ...bound, name: undefined }],
  ['another value', bearer, { ...bound, argumentsText: '{"a":1,"b":[2,{"c":4}]}' }],
  ['a member more', bearer, { ...bound, argumentsText: '{"a":1,"b":[2,{"c":3}],"d":null}' }],
  ['no arguments', bearer, { ...bound, argumentsText: undefined }],
])('a state is of no use to %s', (_what, whose, request) => {
  const { states } = setUp()
  const text = states.seal(bearer, bound, 1)
  expect(() => states.open(text, whose, request)).toThrow(refused)
  expect(states.open(text, bearer, bound)).toBe(1)
})

test('other arguments never open a state; the same ones in another spelling do', () => {
  const { states } = setUp()
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
      const text = states.seal(bearer, { ...bound, argumentsText: a }, 'state')
      expect(states.open(text, bearer, { ...bound, argumentsText: ` ${JSON.stringify(one, null, 2)}` })).toBe(
        'state',
      )
      const open = () => states.open(text, bearer, { ...bound, argumentsText: b })
      if (canonicalJson(a) !== canonicalJson(b)) expect(open).toThrow(refused)
    }),
  )
  const big = states.seal(bearer, { ...bound, argumentsText: '{"id":9007199254740993}' }, 1)
  expect(() => states.open(big, bearer, { ...bound, argumentsText: '{"id":9007199254740992}' })).toThrow(
    refused,
  )
})

test('a state is good for seven days, and as long as its key is known', () => {
  const { states, clock, knowledge } = setUp()
  const text = states.seal(bearer, bound, 1)
  clock.now = start + 7 * day - 1
  expect(states.open(text, bearer, bound)).toBe(1)
  clock.now = start + 7 * day
  expect(() => states.open(text, bearer, bound)).toThrow(refused)
  clock.now = start
  knowledge.greeting = hello(keyOf(start - day)).greeting
  expect(() => states.open(text, bearer, bound)).toThrow(refused)
})

test('what was sealed for another purpose is no state', () => {
  const { states, knowledge } = setUp()
  const now = () => start
  const token = createSessionTokens(knowledge, now).seal(bearer, {
    upstreamId: 'one',
    protocolVersion: '2025-11-25',
    elicitation: undefined,
  })
  const other = createSealing(knowledge, now, 'another purpose').seal('{"state":1,"expiresAtMs":9e15}', '')
  for (const text of [token, other]) expect(() => states.open(text, bearer, bound)).toThrow(refused)
})
