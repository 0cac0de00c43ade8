// A whole real registry in the test's own process: both listeners on ports of their own, a database of its own.

import { randomBytes, randomUUID } from 'node:crypto'
import { keyPermission, type Permission, type Role } from '@gatehouse/registry-api'
import { pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { insertKey } from '../api-keys/insert-key.ts'
import { loadRegistryConfig } from '../config.ts'
import { type Deps, openDeps, type Parts } from '../deps.ts'
import { serve } from '../serve.ts'
import { type TestDatabase, testDatabase } from './database.ts'

export interface TestKey {
  readonly id: string
  readonly key: string
  /** The person of a user key. */
  readonly userId: string | null
}

export interface TestKeyOptions {
  /** Every permission of keys unless told. */
  readonly permissions?: readonly Permission[]
  /** Servers that it may use; every server unless told. */
  readonly servers?: readonly string[]
  /** Makes it a user key of a new person with this role; a service key unless told. */
  readonly role?: Role
  readonly expiresAt?: Date
}

export interface TestWorkspace {
  readonly id: string
  readonly slug: string
  key(options?: TestKeyOptions): Promise<TestKey>
  /** A person who is a member. Returns the user's id. */
  member(role: Role): Promise<string>
}

export interface TestRegistry {
  /** Base URL of the public listener. */
  readonly url: string
  readonly internalUrl: string
  readonly gatewayToken: string
  readonly deps: Deps
  /** Everything it logged so far, one JSON object per line. */
  logged(): string
  workspace(name: string): Promise<TestWorkspace>
  stop(): Promise<void>
}

export interface TestRegistryOptions extends Omit<Parts, 'log'> {
  /** More settings, as environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Migrated; a new one unless told. Closed with the registry. */
  readonly database?: TestDatabase
}

/** Loopback servers are allowed, as under `npm start`. */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const gatewayToken = randomBytes(32).toString('base64url')
  const config = loadRegistryConfig({
    PORT: '0',
    INTERNAL_PORT: '0',
    PUBLIC_URL: 'http://registry.test',
    GATEWAY_URL: 'http://gateway.test',
    GATEWAY_PUBLIC_URL: 'http://gateway.test',
    CONSOLE_PUBLIC_URL: 'http://localhost:7402',
    MASTER_KEY: randomBytes(32).toString('base64'),
    GATEWAY_TOKENS: gatewayToken,
    GATEHOUSE_HEALTH_INTERVAL_MS: '0',
    GATEHOUSE_EGRESS_ALLOW: '127.0.0.0/8,::1/128,localhost',
    ...options.env,
  })
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const database = options.database ?? (await testDatabase())
  const { deps, close } = await openDeps(config, database.source, { ...options, log })
  const serving = await serve(deps)
  return {
    url: `http://127.0.0.1:${serving.port}`,
    internalUrl: `http://127.0.0.1:${serving.internalPort}`,
    gatewayToken,
    deps,
    logged: () => lines.join(''),
    workspace: (name) => makeWorkspace(deps, name),
    async stop() {
      await serving.stop({ settleMs: 0, drainMs: 1_000 })
      await close()
      await database.close()
    },
  }
}

async function makeWorkspace(deps: Deps, name: string): Promise<TestWorkspace> {
  const id = uuidv7()
  const slug = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${randomUUID().slice(0, 8)}`
  await deps.db.asSystem((tx) => tx.workspace.create({ data: { id, name, slug } }))
  const member = (role: Role) => makeMember(deps, id, role)
  return {
    id,
    slug,
    member,
    async key(options = {}) {
      const userId = options.role === undefined ? null : await member(options.role)
      const made = await deps.db.inWorkspace(id, (tx) =>
        insertKey(tx, 'dev', {
          workspaceId: id,
          name: 'a test key',
          kind: userId === null ? 'service' : 'user',
          ownerId: userId,
          permissions: options.permissions ?? keyPermission.options,
          servers: options.servers ?? null,
          rateLimit: null,
          expiresAt: options.expiresAt ?? null,
        }),
      )
      return { id: made.row.id, key: made.key, userId }
    },
  }
}

async function makeMember(deps: Deps, workspaceId: string, role: Role): Promise<string> {
  const userId = uuidv7()
  await deps.db.asSystem(async (tx) => {
    await tx.user.create({ data: { id: userId, name: role, email: `${userId}@example.test` } })
    await tx.membership.create({ data: { id: uuidv7(), workspaceId, userId, role } })
  })
  return userId
}
