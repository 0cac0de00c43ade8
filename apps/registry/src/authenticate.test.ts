// Who gets in with a key, and what a refusal gives away: nothing.

import { makeKey } from '@gatehouse/registry-api/key-format'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from './testing/registry.ts'

let registry: TestRegistry
let a: TestWorkspace
let b: TestWorkspace
let now = new Date()
beforeAll(async () => {
  registry = await startTestRegistry({ now: () => now })
  a = await registry.workspace('A')
  b = await registry.workspace('B')
})
afterAll(() => registry.stop())

const get = (headers: Record<string, string>) => fetch(`${registry.url}/v1/api-keys`, { headers })

async function answer(headers: Record<string, string>): Promise<[number, string | null, string]> {
  const response = await get(headers)
  return [response.status, response.headers.get('content-type'), await response.text()]
}

const forbidden = [403, 'application/json; charset=utf-8', '{"error":"Forbidden"}']

describe('401', () => {
  test('without a credential, as a flat body', async () => {
    const unauthorized = [401, 'application/json; charset=utf-8', '{"error":"Unauthorized"}']
    expect(await answer({})).toEqual(unauthorized)
    expect(await answer({ 'X-Api-Key': '' })).toEqual(unauthorized)
    expect(await answer({ Authorization: 'Basic dXNlcjpwYXNz' })).toEqual(unauthorized)
  })
})

describe('200', () => {
  test('with the key in X-Api-Key, as a Bearer, or in both', async () => {
    const { key } = await a.key()
    expect((await get({ 'X-Api-Key': key })).status).toBe(200)
    expect((await get({ Authorization: `Bearer ${key}` })).status).toBe(200)
    expect((await get({ Authorization: `bearer ${key}` })).status).toBe(200)
    expect((await get({ 'X-Api-Key': key, Authorization: `Bearer ${key}` })).status).toBe(200)
  })

  test('a key sees the keys of its own workspace only', async () => {
    const mine = await a.key()
    const theirs = await b.key()
    const seen = await answer({ 'X-Api-Key': mine.key })
    expect(seen[2]).toContain(mine.id)
    expect(seen[2]).not.toContain(theirs.id)
  })
})

describe('400', () => {
  test('two different keys', async () => {
    const [one, two] = [await a.key(), await a.key()]
    const response = await get({ 'X-Api-Key': one.key, Authorization: `Bearer ${two.key}` })
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'ambiguous_credentials' }])
  })

  test('a key and a session cookie', async () => {
    const { key } = await a.key()
    for (const name of ['__Host-gatehouse', 'gatehouse.session_token']) {
      const response = await get({ 'X-Api-Key': key, Cookie: `other=1; ${name}=x` })
      expect([response.status, await response.json()]).toMatchObject([400, { code: 'ambiguous_credentials' }])
    }
  })
})

describe('403, the same bytes for every reason', () => {
  test('unknown, expired, revoked, or of a person who left', async () => {
    expect(await answer({ 'X-Api-Key': makeKey('dev').key })).toEqual(forbidden)

    const expired = await a.key({ expiresAt: new Date(now.getTime() + 1_000) })
    expect((await get({ 'X-Api-Key': expired.key })).status).toBe(200)
    now = new Date(now.getTime() + 1_000)
    expect(await answer({ 'X-Api-Key': expired.key })).toEqual(forbidden)

    const revoked = await a.key()
    const admin = await a.key()
    await fetch(`${registry.url}/v1/api-keys/${revoked.id}`, {
      method: 'DELETE',
      headers: { 'X-Api-Key': admin.key },
    })
    expect(await answer({ 'X-Api-Key': revoked.key })).toEqual(forbidden)

    const left = await a.key({ role: 'member' })
    expect((await get({ 'X-Api-Key': left.key })).status).toBe(200)
    await registry.deps.db.asSystem((tx) =>
      tx.membership.deleteMany({ where: { userId: left.userId ?? '' } }),
    )
    expect(await answer({ 'X-Api-Key': left.key })).toEqual(forbidden)
  })

  test('a person of another workspace does not lend a key their role there', async () => {
    const { key, userId } = await a.key({ role: 'member' })
    await registry.deps.db.asSystem((tx) =>
      tx.membership.updateMany({ where: { userId: userId ?? '' }, data: { workspaceId: b.id } }),
    )
    expect(await answer({ 'X-Api-Key': key })).toEqual(forbidden)
  })

  test('a malformed key, without asking the database', async () => {
    const asked = vi.spyOn(registry.deps.db, 'asSystem')
    try {
      for (const text of [
        'x',
        'gth_dev_abc',
        `${makeKey('dev').key}x`,
        makeKey('dev').key.replace('gth', 'gtx'),
      ]) {
        expect(await answer({ 'X-Api-Key': text })).toEqual(forbidden)
        expect(await answer({ Authorization: `Bearer ${text}` })).toEqual(forbidden)
      }
      expect(asked).not.toHaveBeenCalled()
      await answer({ 'X-Api-Key': makeKey('dev').key })
      expect(asked).toHaveBeenCalledOnce()
    } finally {
      asked.mockRestore()
    }
  })

  test('a key whose public id is right and whose secret is another', async () => {
    const { id } = await a.key()
    const other = makeKey('dev')
    await registry.deps.db.inWorkspace(a.id, (tx) =>
      tx.apiKeySecret.updateMany({ where: { keyId: id }, data: { publicId: other.publicId } }),
    )
    expect(await answer({ 'X-Api-Key': other.key })).toEqual(forbidden)
  })
})

describe('permissions', () => {
  test('a missing one is named in detail', async () => {
    const { key } = await a.key({ permissions: ['mcp-servers:read'] })
    const response = await get({ 'X-Api-Key': key })
    expect([response.status, await response.json()]).toEqual([
      403,
      { error: 'Forbidden', detail: 'the permission api-keys:own is missing' },
    ])
  })

  test('a user key does what its owner may do now, and no more', async () => {
    const { key, userId } = await a.key({ role: 'operator' })
    expect((await get({ 'X-Api-Key': key })).status).toBe(200)
    await registry.deps.db.asSystem((tx) =>
      tx.membership.updateMany({ where: { userId: userId ?? '' }, data: { role: 'auditor' } }),
    )
    expect((await get({ 'X-Api-Key': key })).status).toBe(403)
  })
})

describe('the last use', () => {
  const lastUse = async (id: string) =>
    registry.deps.db.asSystem(async (tx) => {
      const row = await tx.apiKey.findFirstOrThrow({ where: { id }, select: { lastUsedAt: true } })
      return row.lastUsedAt?.getTime() ?? null
    })

  test('is written at most once a minute', async () => {
    const { id, key } = await a.key()
    const first = now
    await get({ 'X-Api-Key': key })
    await expect.poll(() => lastUse(id)).toBe(first.getTime())
    now = new Date(first.getTime() + 59_000)
    await get({ 'X-Api-Key': key })
    now = new Date(first.getTime() + 60_000)
    await get({ 'X-Api-Key': key })
    await expect.poll(() => lastUse(id)).toBe(first.getTime() + 60_000)
  })
})
