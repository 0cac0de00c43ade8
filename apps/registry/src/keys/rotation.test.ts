// Both rotations: everything opens before, meanwhile and after; old keys are of no use then; every step is in the audit trail.

import { randomBytes, randomUUID } from 'node:crypto'
import { Secret } from '@gatehouse/config'
import { waitFor } from '@gatehouse/testkit'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyChain } from '../audit.ts'
import { capturedLabel, keepCaptured } from '../capture/keep-captured.ts'
import { openTokens } from '../connections/tokens.ts'
import { type Db, openDb } from '../db.ts'
import { openInstallation } from '../installation.ts'
import { secretLabel, verifierLabel } from '../oauth/labels.ts'
import { ensureFirstOwner } from '../people/first-owner.ts'
import { createSealer, type HeaderPlace, type Sealer } from '../seal.ts'
import { addConnection } from '../testing/connection.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'
import { runCommand } from './command.ts'
import { type KeyEncryption, localKeyEncryption } from './master-keys.ts'
import { rotateDataKeys } from './rotate-data.ts'
import { rotateMasterKey } from './rotate-master.ts'
import { sealedKinds } from './sealed-kinds.ts'
import { keyStatus } from './status.ts'

const secret = () => new Secret<Uint8Array>(randomBytes(32))
const [first, second] = [secret(), secret()]
const value = 'Bearer canary-31aa'

const databases: TestDatabase[] = []
let db: Db
let kek: KeyEncryption
let sealer: Sealer
let installationKey: Secret<Uint8Array>
beforeEach(async () => {
  const database = await testDatabase()
  db = openDb(database.source, () => undefined)
  databases.push({ ...database, close: () => db.close().then(() => database.close()) })
  kek = localKeyEncryption(() => [first])
  installationKey = (await openInstallation(db, kek)).key
  sealer = createSealer(kek, installationKey)
  return () => databases.pop()?.close()
})
afterAll(() => Promise.all(databases.map((database) => database.close())))

const on = (by: KeyEncryption = kek, lines: string[] = []) => ({
  db: db.patient,
  kek: by,
  sealer: createSealer(by, installationKey),
  tell: (line: string) => void lines.push(line),
})

/** A server with one stored header in a workspace of its own, unless told which. */
async function addHeader(
  workspaceId: string = uuidv7(),
  text = value,
  beforeCommit: () => Promise<void> = async () => undefined,
): Promise<HeaderPlace> {
  const where = { workspaceId, serverId: uuidv7(), key: 'Authorization', generation: uuidv7() }
  await db.inWorkspace(workspaceId, async (tx) => {
    const { serverId: id, generation: credentialGeneration } = where
    const server = {
      workspaceId,
      id,
      slug: `s${id.slice(-12)}`,
      name: 's',
      url: 'https://a.test/',
      urlKey: 'a',
    }
    await tx.mcpServer.create({ data: { ...server, credentialGeneration } })
    const { sealed, dataKeyId } = await sealer.sealHeader(tx, where, new Secret(text))
    const { serverId, key } = where
    const row = { workspaceId, serverId, key, position: 0, fingerprint: '', sealed, dataKeyId }
    await tx.serverHeader.create({ data: row })
    await beforeCommit()
  })
  return where
}

const rowOf = (where: HeaderPlace) =>
  db.inWorkspace(where.workspaceId, (tx) =>
    tx.serverHeader.findFirstOrThrow({ where: { serverId: where.serverId } }),
  )
const openStored = async (where: HeaderPlace, by = sealer) => {
  const row = await rowOf(where)
  return db.inWorkspace(where.workspaceId, async (tx) => (await by.openHeader(tx, where, row)).reveal())
}
const keysOf = (workspaceId: string) =>
  db.inWorkspace(workspaceId, (tx) => tx.dataKey.findMany({ orderBy: { createdAt: 'asc' } }))
const actionsOf = async (workspaceId: string) => {
  expect((await verifyChain(db, workspaceId)).ok).toBe(true)
  const events = await db.inWorkspace(workspaceId, (tx) =>
    tx.auditEvent.findMany({ orderBy: { seq: 'asc' } }),
  )
  return events.map(({ action }) => action)
}

describe('a rotated data key', () => {
  test('replaces the old one in every workspace, seals every value anew, and the old one is gone', async () => {
    const places = [await addHeader(), await addHeader()]
    places.push(await addHeader(places[0]?.workspaceId, 'another'))
    const before = await Promise.all(places.map(rowOf))
    const lines: string[] = []
    expect(await rotateDataKeys(on(kek, lines))).toEqual({
      ok: true,
      line: 'Data keys are rotated: 2 workspace(s), 3 value(s) sealed anew',
    })
    expect(lines).toHaveLength(2)
    for (const [index, where] of places.entries()) {
      const [row, old] = [await rowOf(where), before[index]]
      expect(await openStored(where)).toBe(index === 2 ? 'another' : value)
      expect((await keysOf(where.workspaceId)).map(({ id }) => id)).toEqual([row.dataKeyId])
      expect(row.dataKeyId).not.toBe(old?.dataKeyId)
      // A row of before that is put back opens nothing, also where its key was open in memory.
      await expect(
        db.inWorkspace(where.workspaceId, (tx) => sealer.openHeader(tx, where, old ?? row)),
      ).rejects.toMatchObject({ code: 'credential_unreadable' })
      expect(await actionsOf(where.workspaceId)).toEqual(['data-key.rotated', 'data-key.deleted'])
    }
  })

  test('takes the sessions that gateways share along; one that is broken is let go', async () => {
    const { workspaceId, serverId } = await addHeader()
    const insert = async (broken: boolean) => {
      const place = {
        workspace_id: workspaceId,
        key_id: uuidv7(),
        server_id: serverId,
        variant: randomUUID(),
      }
      const id = uuidv7()
      const label = ['upstream session', ...Object.values(place), id]
      await db.inWorkspace(workspaceId, async (tx) => {
        const { sealed, dataKeyId } = await sealer.sealFor(tx, workspaceId, label, new Secret(value))
        await tx.upstreamSession.create({
          data: {
            workspaceId,
            keyId: place.key_id,
            serverId,
            variant: place.variant,
            id,
            generation: uuidv7(),
            sealed: broken ? sealed.subarray(1) : sealed,
            dataKeyId,
          },
        })
      })
      return { id, label }
    }
    const [good] = [await insert(false), await insert(true)]
    expect(await rotateDataKeys(on())).toMatchObject({ ok: true })
    const rows = await db.inWorkspace(workspaceId, (tx) => tx.upstreamSession.findMany())
    expect(rows.map(({ id }) => id)).toEqual([good.id])
    const { sealed, dataKeyId } = rows[0] ?? { sealed: null, dataKeyId: null }
    const opened = db.inWorkspace(workspaceId, (tx) =>
      sealer.openFor(tx, workspaceId, good.label, {
        sealed: sealed ?? Buffer.of(),
        dataKeyId: dataKeyId ?? '',
      }),
    )
    expect((await opened).reveal()).toBe(value)
  })

  test('takes what captured calls said along', async () => {
    const { workspaceId, serverId } = await addHeader()
    const id = uuidv7()
    await db.inWorkspace(workspaceId, (tx) =>
      tx.mcpServer.updateMany({ data: { captureUntil: new Date(Date.now() + 60_000) } }),
    )
    const said = { headers: [], body: value, truncated: false, masked: false }
    const place = { id, workspace_id: workspaceId, server_id: serverId, started_at_ms: Date.now() }
    await keepCaptured({ db, sealer }, [{ ...place, request: said, response: said }])
    expect(await rotateDataKeys(on())).toMatchObject({ line: expect.stringContaining('2 value(s)') })
    const text = await db.inWorkspace(workspaceId, async (tx) =>
      sealer.openFor(
        ...([tx, workspaceId, capturedLabel({ workspaceId, id })] as const),
        await tx.capturedCall.findFirstOrThrow(),
      ),
    )
    expect(JSON.parse(text.reveal())).toEqual({ request: said, response: said })
    expect(await keysOf(workspaceId)).toHaveLength(1)
  })

  test('takes tokens, secrets of clients and verifiers along; only a broken verifier is let go', async () => {
    const { workspaceId, serverId } = await addHeader()
    const deps = { db, sealer, now: () => new Date() }
    const connection = await addConnection(deps, workspaceId, { serverId, resource: 'https://a.test/' })
    const { providerId } = connection
    const visit = async (broken: boolean) => {
      const place = { workspaceId, id: uuidv7() }
      await db.inWorkspace(workspaceId, async (tx) => {
        const { sealed, dataKeyId } = await sealer.sealFor(
          tx,
          workspaceId,
          verifierLabel(place),
          new Secret(value),
        )
        const row = { ...place, providerId, strategy: 'CREATE', linkHash: Buffer.from(place.id), dataKeyId }
        const data = { ...row, sealed: broken ? sealed.subarray(1) : sealed, expiresAt: new Date() }
        await tx.authSession.create({ data })
      })
      return place
    }
    const [kept, broken] = [await visit(false), await visit(true)]
    expect(await rotateDataKeys(on())).toEqual({
      ok: true,
      line: 'Data keys are rotated: 1 workspace(s), 4 value(s) sealed anew',
    })
    const [key, ...others] = await keysOf(workspaceId)
    expect(others).toEqual([])
    await db.inWorkspace(workspaceId, async (tx) => {
      const token = await tx.oAuthToken.findFirstOrThrow()
      const client = await tx.oAuthProvider.findFirstOrThrow()
      const one = await tx.authSession.findFirstOrThrow({ where: { id: kept.id } })
      for (const { dataKeyId } of [token, client, one]) expect(dataKeyId).toBe(key?.id)
      expect(await openTokens(deps, tx, token)).toMatchObject({ access_token: 'made-up' })
      const secret = { sealed: client.sealedSecret ?? Buffer.of(), dataKeyId: client.dataKeyId ?? '' }
      const verifier = { sealed: one.sealed ?? Buffer.of(), dataKeyId: one.dataKeyId ?? '' }
      expect((await sealer.openFor(tx, workspaceId, secretLabel(client), secret)).reveal()).toBe('made up')
      expect((await sealer.openFor(tx, workspaceId, verifierLabel(kept), verifier)).reveal()).toBe(value)
      expect(await tx.authSession.findFirst({ where: { id: broken.id } })).toMatchObject({ sealed: null })
    })
  })

  test('leaves a value that does not open as it is, keeps its key, and says which one', async () => {
    const [bad, good] = [await addHeader(), await addHeader()]
    const { sealed } = await rowOf(bad)
    await db.inWorkspace(bad.workspaceId, (tx) =>
      tx.serverHeader.updateMany({
        where: { serverId: bad.serverId },
        data: { sealed: sealed.subarray(0, -1) },
      }),
    )
    const lines: string[] = []
    expect(await rotateDataKeys(on(kek, lines))).toMatchObject({ ok: false })
    expect(lines.join('\n')).toContain(`header Authorization of server ${bad.serverId}`)
    expect(lines.join('\n')).not.toContain('canary')
    expect(await keysOf(bad.workspaceId)).toHaveLength(2)
    expect([await openStored(good), (await rowOf(bad)).sealed.length]).toEqual([value, sealed.length - 1])
  })

  test('goes on where it was cut off, without a second new key for the workspaces that have one', async () => {
    const places = [await addHeader(), await addHeader(), await addHeader()]
    const cut = on()
    const dying = {
      ...cut,
      tell: () => {
        throw new Error('killed')
      },
    } // after the first workspace
    await expect(rotateDataKeys(dying)).rejects.toThrow('killed')
    const [done] = places.map((place) => place.workspaceId).sort()
    const [kept] = await keysOf(done ?? '')
    expect((await keyStatus(on())).at(-1)).toMatch(/is unfinished/)
    const lines: string[] = []
    expect(await rotateDataKeys(on(kek, lines))).toMatchObject({ ok: true })
    expect(lines[0]).toMatch(/^going on with the rotation/)
    expect((await keysOf(done ?? '')).map(({ id }) => id)).toEqual([kept?.id])
    for (const place of places) expect(await openStored(place)).toBe(value)
    expect((await keyStatus(on())).at(-1)).toBe('no rotation of data keys is unfinished')
  })

  test('loses nothing that is sealed and read while it runs, also where it runs twice at once', async () => {
    const workspaceId = uuidv7()
    const places = [await addHeader(workspaceId)]
    let running = true
    const work = async () => {
      while (running) {
        places.push(await addHeader(workspaceId))
        // Read as the gateways' questions are: the server is held until its headers are open.
        for (const where of places.slice(-3))
          await db.patient.inWorkspace(workspaceId, async (tx) => {
            await tx.$queryRaw`SELECT id FROM mcp_server WHERE id = ${where.serverId}::uuid FOR SHARE`
            const row = await tx.serverHeader.findFirstOrThrow({ where: { serverId: where.serverId } })
            expect((await sealer.openHeader(tx, where, row)).reveal()).toBe(value)
          })
      }
    }
    const working = work()
    for (let round = 0; round < 3; round += 1)
      for (const end of await Promise.all([rotateDataKeys(on()), rotateDataKeys(on())]))
        expect(end.ok).toBe(true)
    running = false
    await working
    for (const where of places) expect(await openStored(where)).toBe(value)
    expect((await keysOf(workspaceId)).filter(({ retiredAt }) => retiredAt === null)).toHaveLength(1)
  })

  test('waits for who is just sealing with the old key, and takes that value along', async () => {
    const { workspaceId } = await addHeader()
    let rotating: Promise<unknown> | undefined
    let done = false
    const where = await addHeader(workspaceId, 'in between', async () => {
      rotating = rotateDataKeys(on()).finally(() => {
        done = true
      })
      // On the embedded database it waits for the only connection, which this transaction has.
      if (process.env.GATEHOUSE_TEST_DATABASE === 'embedded') return
      await waitFor(async () => {
        const [row] = await db.prisma.$queryRaw<{ waiting: bigint }[]>`
          SELECT count(*) AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`
        return done || row?.waiting === 1n
      })
    })
    expect(await rotating).toMatchObject({ ok: true })
    await expect(openStored(where)).resolves.toBe('in between')
    expect(await keysOf(workspaceId)).toHaveLength(1)
  })

  test('knows every table that holds values sealed with data keys', async () => {
    const rows = await db.prisma.$queryRaw<{ table_name: string }[]>`
      SELECT table_name::text FROM information_schema.columns WHERE column_name = 'data_key_id' ORDER BY 1`
    expect(rows.map((row) => row.table_name)).toEqual(sealedKinds.map(({ table }) => table).sort())
  })
})

describe('a rotated master key', () => {
  test('opens everything that the old one wrapped, and the old one is of no use then', async () => {
    await ensureFirstOwner(db)
    const places = [await addHeader(), await addHeader()]
    const both = localKeyEncryption(() => [second, first])
    expect(await rotateMasterKey(on(both))).toMatchObject({ ok: true })
    const alone = localKeyEncryption(() => [second])
    const installation = await openInstallation(db, alone)
    const other = createSealer(alone, installation.key)
    for (const where of places) {
      expect(await openStored(where, other)).toBe(value)
      expect(await actionsOf(where.workspaceId)).toEqual(['data-key.rewrapped'])
    }
    const owner = await db.asSystem((tx) => tx.workspace.findFirstOrThrow())
    expect(await actionsOf(owner.id)).toContain('installation-key.rewrapped')
    await expect(
      openInstallation(
        db,
        localKeyEncryption(() => [first]),
      ),
    ).rejects.toThrow(/^MASTER_KEY is not the one/)
    // A registry that has both, in either order, serves before and after.
    for (const keys of [localKeyEncryption(() => [first, second]), both]) {
      const served = createSealer(keys, (await openInstallation(db, keys)).key)
      for (const where of places) expect(await openStored(where, served)).toBe(value)
    }
    expect(await rotateMasterKey(on(both))).toMatchObject({ line: expect.stringContaining(': 0 key(s)') })
  })

  test('goes on where it was cut off; a key taken away too early refuses the start in one sentence', async () => {
    const places = [await addHeader(), await addHeader()]
    const both = localKeyEncryption(() => [second, first])
    let wraps = 0
    const dying: KeyEncryption = {
      ...both,
      wrap(key, context) {
        wraps += 1
        if (wraps > 2) throw new Error('killed')
        return both.wrap(key, context)
      },
    }
    await expect(rotateMasterKey(on(dying))).rejects.toThrow('killed')
    await expect(
      openInstallation(
        db,
        localKeyEncryption(() => [second]),
      ),
    ).rejects.toThrow(
      new RegExp(
        `^MASTER_KEY lacks a key that 1 data key\\(s\\) are wrapped with \\(${kek.names[0]}\\): add it`,
      ),
    )
    const status = await keyStatus(on(both))
    expect(status[0]).toBe(`master key ${secondName()}: wraps 2 key(s), is the first one`)
    expect(status[1]).toBe(`master key ${kek.names[0]}: wraps 1 key(s), until npm run keys -- rotate master`)
    expect(await rotateMasterKey(on(both))).toMatchObject({ ok: true })
    expect((await keyStatus(on(both)))[1]).toMatch(/may be removed from MASTER_KEY$/)
    const other = createSealer(both, installationKey)
    for (const where of places) expect(await openStored(where, other)).toBe(value)
  })

  test('of an older version, which had no names for them, is found by trying', async () => {
    const where = await addHeader()
    await db.inWorkspace(where.workspaceId, (tx) => tx.dataKey.updateMany({ data: { wrappedBy: '' } }))
    const both = localKeyEncryption(() => [second, first])
    const other = createSealer(both, (await openInstallation(db, both)).key)
    expect(await openStored(where, other)).toBe(value)
    expect(await rotateMasterKey(on(both))).toMatchObject({ ok: true })
  })

  test('that wraps one workspace and is nowhere harms that workspace alone, and is named', async () => {
    const [lost, good] = [await addHeader(), await addHeader()]
    const [key] = await keysOf(lost.workspaceId)
    const other = await localKeyEncryption(() => [secret()]).wrap(randomBytes(32), 'x')
    await db.inWorkspace(lost.workspaceId, (tx) =>
      tx.dataKey.updateMany({ where: { id: key?.id ?? '' }, data: other }),
    )
    const both = localKeyEncryption(() => [second, first])
    expect(await rotateMasterKey(on(both))).toMatchObject({ ok: false })
    expect((await keyStatus(on(both))).join()).toContain(
      `${other.wrappedBy}: wraps 1 key(s), is NOT in MASTER_KEY`,
    )
    expect(await openStored(good, createSealer(both, installationKey))).toBe(value)
  })
})

test('rotate without a level does both, and ends with one line', async () => {
  const where = await addHeader()
  const lines: string[] = []
  expect(
    await runCommand(
      on(
        localKeyEncryption(() => [second, first]),
        lines,
      ),
      'rotate',
    ),
  ).toBe(true)
  expect(lines.at(-1)).toMatch(
    /^The master key is rotated: 2 key\(s\).* Data keys are rotated: 1 workspace\(s\), 1 value/,
  )
  const alone = localKeyEncryption(() => [second])
  expect(await openStored(where, createSealer(alone, (await openInstallation(db, alone)).key))).toBe(value)
})

const secondName = () => localKeyEncryption(() => [second]).names[0]
