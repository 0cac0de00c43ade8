// Sealed values open where they were sealed and nowhere else.

import { randomBytes, randomUUID } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Db, openDb } from './db.ts'
import { openInstallation } from './installation.ts'
import { localKeyEncryption } from './keys/master-keys.ts'
import { createSealer, type HeaderPlace, type Sealer } from './seal.ts'
import { distributionMs, keepSealingKeys, readSealingKeys } from './sealing-keys.ts'
import { type TestDatabase, testDatabase } from './testing/database.ts'

const value = 'Bearer canary-7b1f'
/** With a new key of its own. */
function localMaster() {
  const key = new Secret<Uint8Array>(randomBytes(32))
  return localKeyEncryption(() => [key])
}

const kek = localMaster()

let database: TestDatabase
let db: Db
let sealer: Sealer
beforeAll(async () => {
  database = await testDatabase()
  db = openDb(database.source, () => undefined)
  sealer = createSealer(kek, (await openInstallation(db, kek)).key)
})
afterAll(async () => {
  await db.close()
  await database.close()
})

const place = (): HeaderPlace => ({
  workspaceId: randomUUID(),
  serverId: randomUUID(),
  key: 'Authorization',
  generation: randomUUID(),
})
const sealAt = (where: HeaderPlace) =>
  db.inWorkspace(where.workspaceId, (tx) => sealer.sealHeader(tx, where, new Secret(value)))
const openAt = (where: HeaderPlace, row: Awaited<ReturnType<typeof sealAt>>, by = sealer) =>
  db.inWorkspace(where.workspaceId, async (tx) => (await by.openHeader(tx, where, row)).reveal())

describe('a stored header', () => {
  test('opens where it was sealed, also in another process', async () => {
    const where = place()
    const row = await sealAt(where)
    expect(await openAt(where, row)).toBe(value)
    const other = createSealer(kek, (await openInstallation(db, kek)).key)
    expect(await openAt(where, row, other)).toBe(value)
  })

  test('holds nothing of its value, and never the same bytes twice', async () => {
    const where = place()
    const [one, two] = [await sealAt(where), await sealAt(where)]
    expect(Buffer.from(one.sealed).includes('canary')).toBe(false)
    expect(Buffer.from(one.sealed).equals(Buffer.from(two.sealed))).toBe(false)
    expect(one.dataKeyId).toBe(two.dataKeyId)
  })

  test.each(['serverId', 'key', 'generation'] as const)('does not open under another %s', async (name) => {
    const where = place()
    const row = await sealAt(where)
    await expect(openAt({ ...where, [name]: randomUUID() }, row)).rejects.toMatchObject({
      code: 'credential_unreadable',
    })
  })

  test('does not open in another workspace, with its key or with ours', async () => {
    const [here, there] = [place(), place()]
    const [row, other] = [await sealAt(here), await sealAt(there)]
    const moved = { ...here, workspaceId: there.workspaceId }
    await expect(openAt(moved, row)).rejects.toThrow()
    await expect(openAt(moved, { ...row, dataKeyId: other.dataKeyId })).rejects.toMatchObject({
      code: 'credential_unreadable',
    })
  })

  test('does not open once a byte of it changed', async () => {
    const where = place()
    const row = await sealAt(where)
    for (let at = 0; at < row.sealed.length; at += 1) {
      const sealed = Uint8Array.from(row.sealed)
      sealed[at] = (sealed[at] ?? 0) ^ 1
      await expect(openAt(where, { ...row, sealed })).rejects.toMatchObject({ code: 'credential_unreadable' })
    }
  })

  test('does not open without its data key, and says so', async () => {
    const where = place()
    const row = await sealAt(where)
    await expect(openAt(where, { ...row, dataKeyId: randomUUID() })).rejects.toMatchObject({
      code: 'credential_unreadable',
    })
  })

  test('a data key that is moved to another workspace does not unwrap there', async () => {
    const [here, there] = [place(), place()]
    const row = await sealAt(here)
    const stolen = await db.inWorkspace(here.workspaceId, (tx) =>
      tx.dataKey.findUniqueOrThrow({
        where: { workspaceId_id: { workspaceId: here.workspaceId, id: row.dataKeyId } },
      }),
    )
    await db.inWorkspace(there.workspaceId, (tx) =>
      tx.dataKey.create({ data: { ...stolen, workspaceId: there.workspaceId } }),
    )
    const fresh = createSealer(kek, (await openInstallation(db, kek)).key)
    await expect(openAt({ ...here, workspaceId: there.workspaceId }, row, fresh)).rejects.toMatchObject({
      code: 'credential_unreadable',
    })
  })
})

describe('the installation', () => {
  test('keeps its mark and refuses another MASTER_KEY in one sentence', async () => {
    const one = await openInstallation(db, kek)
    expect((await openInstallation(db, kek)).mark).toBe(one.mark)
    const wrong = localMaster()
    await expect(openInstallation(db, wrong)).rejects.toThrow(/^MASTER_KEY is not the one/)
  })

  test('a global value opens under its own label only', () => {
    const sealed = sealer.sealGlobal('a', Buffer.from('x'))
    expect(Buffer.from(sealer.openGlobal('a', sealed)).toString()).toBe('x')
    expect(() => sealer.openGlobal('b', sealed)).toThrow()
  })
})

describe('a fingerprint', () => {
  const serverId = randomUUID()
  const of = (by: Sealer, text = value, server = serverId) => by.fingerprint(server, new Secret(text))

  test('tells equal values of one server from others, also in another process', async () => {
    const other = createSealer(kek, (await openInstallation(db, kek)).key)
    expect(of(other)).toBe(of(sealer))
    expect(of(sealer)).toMatch(/^[0-9a-f]{12}$/)
    expect(new Set([of(sealer), of(sealer, 'Bearer x'), of(sealer, value, randomUUID())]).size).toBe(3)
  })

  test('can not be made without the key of the installation, and outlives the master key', () => {
    const key = new Secret<Uint8Array>(randomBytes(32))
    const rewrapped = localMaster()
    expect(of(createSealer(rewrapped, key))).toBe(of(createSealer(kek, key)))
    expect(of(createSealer(kek, new Secret(randomBytes(32))))).not.toBe(of(createSealer(kek, key)))
  })
})

test('the first sealing key is good at once, the next is handed out before it is used', async () => {
  const start = new Date()
  const read = (now: Date) => db.asSystem((tx) => readSealingKeys(tx, sealer, now))
  await Promise.all([keepSealingKeys(db, sealer, start), keepSealingKeys(db, sealer, start)])
  const [first, ...none] = await read(start)
  expect([first?.notBefore, none]).toEqual([start, []])
  const later = new Date(start.getTime() + 7 * 86_400_000 - distributionMs)
  await keepSealingKeys(db, sealer, later)
  const keys = await read(later)
  expect(keys.map((key) => key.notBefore.getTime() - later.getTime())).toEqual([
    distributionMs,
    start.getTime() - later.getTime(),
  ])
  const longAfter = new Date(start.getTime() + 30 * 86_400_000)
  await keepSealingKeys(db, sealer, longAfter)
  expect((await read(longAfter)).map((key) => key.id)).not.toContain(first?.id)
})
