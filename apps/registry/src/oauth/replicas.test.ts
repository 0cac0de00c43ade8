// One visit and two processes of the registry: whoever waits at one hears of the end at the other, and a state is taken once
// among both.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'
import { startTestRegistry, type TestRegistry } from '../testing/registry.ts'
import { type Accounts, startAccounts, travel } from '../testing/visit.ts'

/** It is for one process. */
const isEmbedded = process.env.GATEHOUSE_TEST_DATABASE === 'embedded'

let database: TestDatabase
let accounts: Accounts
let here: TestRegistry
let there: TestRegistry

beforeAll(async () => {
  if (isEmbedded) return
  database = await testDatabase()
  accounts = await startAccounts()
  const shared = { ...database, close: async () => undefined }
  const env = { MASTER_KEY: randomBytes(32).toString('base64') }
  here = await startTestRegistry({ database: shared, env })
  there = await startTestRegistry({ database: shared, env })
})
afterAll(async () => {
  if (isEmbedded) return
  await accounts.close()
  await here.stop()
  await there.stop()
  await database.close()
})

const post = (url: string, cookie: string | undefined, back: Record<string, string>) =>
  fetch(`${url}/v1/connect/callback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: cookie ?? '', origin: 'http://localhost:7402' },
    body: JSON.stringify(back),
  })

test.skipIf(isEmbedded)('the end of a visit at one is heard at the other', async () => {
  const workspace = await here.workspace('A')
  const ann = await travel(here, workspace, accounts)
  const { id, link } = await ann.begin()
  const { back } = await ann.follow(link)
  const ask = client(there.url, (await workspace.key()).key)
  const waiting = ask('GET', `/v1/deepagents/auth-sessions/${id}?wait_seconds=25`)
  const noticed = there.deps.authSessions.next(30_000, AbortSignal.timeout(30_000))
  const began = Date.now()
  expect((await post(here.url, ann.person.cookie(), back)).status).toBe(200)
  await noticed
  expect((await waiting).body).toEqual({ id, status: 'COMPLETED' })
  expect(Date.now() - began).toBeLessThan(20_000)
})

test.skipIf(isEmbedded)('a state is taken once, at whichever', async () => {
  const ann = await travel(here, await here.workspace('A'), accounts)
  const { back } = await ann.follow((await ann.begin()).link)
  accounts.issuer.requests.length = 0
  const both = [here, there, here, there].map(({ url }) => post(url, ann.person.cookie(), back))
  expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 400, 400, 400])
  expect(accounts.issuer.requestsTo('token')).toHaveLength(1)
})
