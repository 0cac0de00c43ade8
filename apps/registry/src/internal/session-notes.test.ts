// Notes of clients' sessions, shared by all gateways.

import { randomBytes, randomUUID } from 'node:crypto'
import { changeEvent, changeNotesAnswer, notesAnswer } from '@gatehouse/registry-api/internal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { openStream } from '../testing/stream.ts'

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

const headers = () => ({ Authorization: `Bearer ${registry.gatewayToken}` })
async function post(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${registry.internalUrl}/internal/${path}`, {
    method: 'POST',
    headers: { ...headers(), 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBeLessThan(300)
  const text = await response.text()
  return text === '' ? undefined : JSON.parse(text)
}

const digestOf = () => randomBytes(32).toString('hex')
const read = async (digest: string, workspace = a) =>
  notesAnswer.parse(await post('session-notes/read', { workspace_id: workspace.id, digest }))
const change = async (digest: string, version: number, subscriptions: string[], workspace = a) =>
  changeNotesAnswer.parse(
    await post('session-notes/change', {
      workspace_id: workspace.id,
      digest,
      version,
      notes: { log_level: 'debug', subscriptions },
      expires_at_ms: now.getTime() + 60_000,
    }),
  ).kept

test('notes are empty at first, and what was last set afterwards, whatever characters it has', async () => {
  const digest = digestOf()
  expect(await read(digest)).toMatchObject({ version: 0, notes: { subscriptions: [] } })
  expect(await change(digest, 0, ['file:///a\u0000\ud800'])).toBe(true)
  expect(await read(digest)).toMatchObject({
    version: 1,
    notes: { log_level: 'debug', subscriptions: ['file:///a\u0000\ud800'] },
  })
  expect(await change(digest, 1, [])).toBe(true)
  expect((await read(digest)).notes.subscriptions).toEqual([])
})

test('of two changes of the same version one is kept', async () => {
  const digest = digestOf()
  for (const version of [0, 1]) {
    const kept = await Promise.all(['x', 'y', 'z'].map((uri) => change(digest, version, [uri])))
    expect(kept.filter(Boolean)).toHaveLength(1)
  }
  expect((await read(digest)).version).toBe(2)
})

test("another workspace's notes are not there, and can't be changed", async () => {
  const digest = digestOf()
  await change(digest, 0, ['mine'])
  expect((await read(digest, b)).version).toBe(0)
  expect(await change(digest, 1, ['theirs'], b)).toBe(false)
  expect((await read(digest)).notes.subscriptions).toEqual(['mine'])
})

test('a change is told to connected gateways', async () => {
  const digest = digestOf()
  const gateway_id = randomUUID()
  const url = `${registry.internalUrl}/internal/changes?gateway_id=${gateway_id}`
  const stream = await openStream(url, headers())
  await stream.next()
  await change(digest, 0, [])
  for (;;) {
    const { revision, ...told } = changeEvent.parse(JSON.parse((await stream.next()).data))
    if (told.subject_id !== digest) continue // of a test before
    expect(told).toEqual({ workspace_id: a.id, subject: 'session-notes', subject_id: digest })
    expect((await read(digest)).revision).toBeGreaterThanOrEqual(revision)
    break
  }
  await stream.close()
  await post('lease/return', { gateway_id })
})

test('notes go with their session, when it is ended and when it expires', async () => {
  const [ended, expired] = [digestOf(), digestOf()]
  await change(ended, 0, ['one'])
  await change(expired, 0, ['two'])
  await post('ended-sessions', {
    digest: ended,
    expires_at_ms: now.getTime() + 60_000,
    workspace_id: a.id,
  })
  expect((await read(ended)).version).toBe(0)
  expect((await read(expired)).version).toBe(1)
  now = new Date(now.getTime() + 60_000)
  expect((await read(expired)).version).toBe(0)
  await change(digestOf(), 0, [])
  const left = await registry.deps.db.inWorkspace(a.id, (tx) => tx.sessionNote.count())
  expect(left).toBe(1)
})
