// The second wall, with the first one taken away: statements without any condition, as the roles that the registry takes, at
// every table of a workspace. The tables come from the Prisma schema and their rows from the catalogue, so a new table is tried
// without a line here.

import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Db, openDb, type Tx } from '../db.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'

/** Reached by every role on purpose: which object changed at which revision, without anything of it. */
const shared = ['change']

const schema = readFileSync(new URL('../../../../prisma/schema.prisma', import.meta.url), 'utf8')
const models = [...schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)].map(([, body = '']) => ({
  table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? expect.fail(`no table in ${body}`),
  ofWorkspace: body.includes('@map("workspace_id")'),
}))
const tables = models.filter((one) => one.ofWorkspace && !shared.includes(one.table)).map((one) => one.table)

let database: TestDatabase
let db: Db
const [ours, theirs] = [randomUUID(), randomUUID()]
beforeAll(async () => {
  database = await testDatabase()
  db = openDb(database.source, () => undefined)
  for (const table of tables) for (const workspaceId of [ours, theirs]) await fill(table, workspaceId)
})
afterAll(async () => {
  await db.close()
  await database.close()
})

test('the schema and the database agree on what belongs to a workspace', async () => {
  const found = await db.prisma.$queryRaw<{ name: string }[]>`
    SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE a.attname = 'workspace_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`
  expect(found.map(({ name }) => name).sort()).toEqual([...tables, ...shared].sort())
})

describe.each(tables)('%s, without a condition', (table) => {
  const name = pg.escapeIdentifier(table)

  test('shows the rows of the own workspace only', async () => {
    const rows = await db.inWorkspace(ours, (tx) =>
      tx.$queryRawUnsafe(`SELECT workspace_id::text AS id, count(*)::int AS n FROM ${name} GROUP BY 1`),
    )
    expect(rows).toEqual([{ id: ours, n: 1 }])
  })

  test('shows nothing where no workspace was set', async () => {
    const rows = await db.inWorkspace('', (tx) => tx.$queryRawUnsafe(`SELECT workspace_id FROM ${name}`))
    expect(rows).toEqual([])
  })

  test('changes nothing of another workspace', async () => {
    const before = await content(table, theirs)
    expect(before).toHaveLength(1)
    const row = JSON.stringify(await makeRow(table, theirs))
    const insert = `INSERT INTO ${name} SELECT * FROM jsonb_populate_record(NULL::${name}, '${row}')`
    expect(await outcome(insert)).toMatch(refused)
    expect(await outcome(`UPDATE ${name} SET workspace_id = '${theirs}'`)).toMatch(refused)
    expect(await outcome(`UPDATE ${name} SET workspace_id = workspace_id`)).toMatch(ownOrRefused)
    expect(await outcome(`DELETE FROM ${name}`)).toMatch(ownOrRefused)
    expect(await outcome(`TRUNCATE ${name} CASCADE`)).toMatch(refused)
    expect(await content(table, theirs)).toEqual(before)
  })
})

test('neither role is above the wall, owns a table, or may make one', async () => {
  const roles = await db.prisma.$queryRaw`
    SELECT rolname AS role, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin AS mighty,
      (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS owned,
      has_schema_privilege(rolname, 'public', 'CREATE') AS makes
    FROM pg_roles r WHERE rolname IN ('gatehouse_app', 'gatehouse_system') ORDER BY 1`
  const weak = { mighty: false, owned: 0, makes: false }
  expect(roles).toEqual([
    { role: 'gatehouse_app', ...weak },
    { role: 'gatehouse_system', ...weak },
  ])
})

test('gatehouse_system may do what is named here and nothing else', async () => {
  const granted = await db.prisma.$queryRaw<{ what: string; verbs: string }[]>`
    SELECT what, string_agg(verb, ' ' ORDER BY verb) AS verbs FROM (
      SELECT c.relname::text AS what, a.privilege_type AS verb FROM pg_class c, aclexplode(c.relacl) a
      WHERE a.grantee = 'gatehouse_system'::regrole AND c.relnamespace = 'public'::regnamespace
      UNION ALL
      SELECT c.relname || '.' || f.attname, a.privilege_type
      FROM pg_attribute f JOIN pg_class c ON c.oid = f.attrelid, aclexplode(f.attacl) a
      WHERE a.grantee = 'gatehouse_system'::regrole AND c.relnamespace = 'public'::regnamespace
    ) g GROUP BY what`
  expect(Object.fromEntries(granted.map(({ what, verbs }) => [what, verbs]))).toEqual(systemMay)
})

test('gatehouse_system sees rows of workspaces by policies that are named here only', async () => {
  const policies = await db.prisma.$queryRaw<{ what: string; rows: string }[]>`
    SELECT tablename || ' ' || cmd AS what, coalesce(qual, 'new') AS rows FROM pg_policies
    WHERE 'gatehouse_system' = ANY (roles)`
  expect(Object.fromEntries(policies.map(({ what, rows }) => [what, rows]))).toEqual(systemSees)
})

/** The global queries, as grants: whole tables, or single columns. */
const systemMay = {
  // People, and the installation.
  ...{ user: all(), session: all(), account: all(), verification: all() },
  ...{ workspace: all(), membership: all(), invitation: all(), one_time_link: all() },
  ...{ installation: 'INSERT SELECT UPDATE', sealing_key: all(), ended_session: all() },
  ...{ revision: 'SELECT UPDATE', change: 'DELETE INSERT SELECT' },
  ...{ gateway_address: all(), gateway_lease: all(), worker_lease: all() },
  ...{ server_health: 'INSERT SELECT UPDATE' },
  // A key is found and its use noted; nothing that is sealed is among these.
  ...{ api_key: 'DELETE SELECT', 'api_key.last_used_at': 'UPDATE', 'api_key.expires_at': 'UPDATE' },
  ...{ api_key_secret: 'DELETE SELECT' },
  ...{ mcp_server: 'SELECT', upstream_session: 'SELECT', session_note: 'DELETE SELECT' },
  ...{
    call_record: 'DELETE INSERT',
    ...{ 'call_record.workspace_id': 'SELECT', 'call_record.started_at': 'SELECT' },
    'call_record.id': 'SELECT',
    workspace_setting: 'SELECT',
    ...{ call_uncounted: 'DELETE INSERT SELECT', call_usage: all() },
    audit_event: 'DELETE INSERT SELECT',
    audit_checkpoint: 'INSERT SELECT UPDATE',
    audit_head: 'INSERT SELECT UPDATE',
  },
  // Whose list of tools is missing or old, without what is in it.
  ...{ 'tool_catalogue.workspace_id': 'SELECT', 'tool_catalogue.server_id': 'SELECT' },
  ...{ 'tool_catalogue.owner': 'SELECT', 'tool_catalogue.fetched_at': 'SELECT' },
  // Which data keys there are, without what is in them.
  ...{ 'data_key.workspace_id': 'SELECT', 'data_key.id': 'SELECT', 'data_key.wrapped_by': 'SELECT' },
  ...{ 'data_key.created_at': 'SELECT', 'data_key.retired_at': 'SELECT' },
  // Whose visit to an authorization server a browser comes back from, and when tokens run out; not what is sealed.
  ...{ auth_session: 'DELETE', 'auth_session.workspace_id': 'SELECT', 'auth_session.id': 'SELECT' },
  ...{ 'auth_session.owner_id': 'SELECT', 'auth_session.expires_at': 'SELECT' },
  ...{ 'auth_session.link_hash': 'SELECT', 'auth_session.state_hash': 'SELECT' },
  ...{ 'oauth_token.workspace_id': 'SELECT', 'oauth_token.id': 'SELECT', 'oauth_token.state': 'SELECT' },
  ...{ 'oauth_token.expires_at': 'SELECT', 'oauth_token.refresh_expires_at': 'SELECT' },
  ...{ 'oauth_token.claim_until': 'SELECT', 'oauth_token.retry_at': 'SELECT' },
  // Which tokens are to be revoked again by now.
  ...{ 'token_revocation.workspace_id': 'SELECT', 'token_revocation.id': 'SELECT' },
  'token_revocation.retry_at': 'SELECT',
  // What captured calls said is removed unseen.
  ...{ captured_call: 'DELETE', 'captured_call.workspace_id': 'SELECT', 'captured_call.id': 'SELECT' },
  'captured_call.started_at': 'SELECT',
  ...{ idempotent_answer: 'DELETE', 'idempotent_answer.created_at': 'SELECT' },
}
function all() {
  return 'DELETE INSERT SELECT UPDATE'
}

/** Which rows those statements reach. */
const systemSees = {
  ...{ 'user ALL': 'true', 'workspace ALL': 'true', 'membership ALL': 'true', 'invitation ALL': 'true' },
  ...{
    'one_time_link ALL': 'true',
    'api_key SELECT': 'true',
    'api_key UPDATE': 'true',
    'api_key_secret SELECT': 'true',
  },
  ...{
    'audit_event ALL': 'true',
    'audit_head ALL': 'true',
    'audit_checkpoint ALL': 'true',
    'call_record INSERT': 'new',
  },
  ...{ 'call_record SELECT': 'true', 'workspace_setting SELECT': 'true' },
  'call_record DELETE': "(started_at <= (CURRENT_TIMESTAMP - '1 day'::interval))",
  'captured_call SELECT': 'true',
  'captured_call DELETE': "(started_at <= (CURRENT_TIMESTAMP - '1 day'::interval))",
  // Usage is counted soon after the calls, and removed once it is old.
  'call_uncounted ALL': 'true',
  ...{ 'call_usage SELECT': 'true', 'call_usage INSERT': 'new', 'call_usage UPDATE': 'true' },
  'call_usage DELETE': expect.stringContaining("THEN '1 day'"),
  ...{ 'tool_catalogue SELECT': 'true' },
  ...{ 'mcp_server SELECT': 'true', 'data_key SELECT': 'true' },
  ...{ 'server_health SELECT': 'true', 'server_health INSERT': 'new', 'server_health UPDATE': 'true' },
  ...{ 'upstream_session SELECT': 'true', 'session_note ALL': 'true' },
  ...{ 'auth_session SELECT': 'true', 'oauth_token SELECT': 'true', 'token_revocation SELECT': 'true' },
  'auth_session DELETE': "(expires_at <= (CURRENT_TIMESTAMP - '1 day'::interval))",
  'api_key DELETE':
    "((purpose <> 'client'::text) AND (expires_at <= (CURRENT_TIMESTAMP - '1 day'::interval)))",
  'api_key_secret DELETE': '(expires_at <= CURRENT_TIMESTAMP)',
  'idempotent_answer ALL': "(created_at <= (CURRENT_TIMESTAMP - '1 day'::interval))",
}

const refused = /row-level security|permission denied/
const ownOrRefused = /^1 rows$|row-level security|permission denied/

/** What a statement does to the other workspace when it runs in ours; it is rolled back. */
async function outcome(sql: string): Promise<string> {
  let told = ''
  const work = db.inWorkspace(ours, async (tx) => {
    told = `${await tx.$executeRawUnsafe(sql)} rows`
    expect([sql, await tx.$queryRawUnsafe('SELECT current_user::text AS role')]).toEqual([
      sql,
      [{ role: 'gatehouse_app' }],
    ])
    throw new Error(told)
  })
  return work.catch((error: Error) => error.message)
}

const content = (table: string, workspaceId: string) =>
  db.prisma.$queryRawUnsafe<unknown[]>(
    `SELECT to_jsonb(t)::text AS row FROM ${pg.escapeIdentifier(table)} t WHERE workspace_id = '${workspaceId}' ORDER BY 1`,
  )

/** As the cluster's owner and without foreign keys, so that every table has a row of its own making. */
async function fill(table: string, workspaceId: string): Promise<void> {
  const name = pg.escapeIdentifier(table)
  const row = JSON.stringify(await makeRow(table, workspaceId))
  await db.prisma.$transaction(async (tx: Tx) => {
    await tx.$executeRawUnsafe('SET LOCAL session_replication_role = replica')
    await tx.$executeRawUnsafe(
      `INSERT INTO ${name} SELECT * FROM jsonb_populate_record(NULL::${name}, '${row}')`,
    )
  })
}

async function makeRow(table: string, workspaceId: string): Promise<Record<string, unknown>> {
  const columns = await db.prisma.$queryRaw<{ name: string; type: string }[]>`
    SELECT column_name AS name, data_type AS type FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = ${table}`
  return Object.fromEntries([
    ...columns.map(({ name, type }) => [name, (some[type] ?? expect.fail(`${table}.${name}: ${type}`))()]),
    ['workspace_id', workspaceId],
  ])
}

/** A value of each type, a new one each time where the type has many. */
const some: Readonly<Record<string, () => unknown>> = {
  uuid: randomUUID,
  text: randomUUID,
  bytea: () => `\\x${randomBytes(8).toString('hex')}`,
  integer: () => 1,
  bigint: () => 1,
  'double precision': () => 1,
  boolean: () => true,
  jsonb: () => ({}),
  ARRAY: () => [],
  'timestamp with time zone': () => new Date().toISOString(),
}
