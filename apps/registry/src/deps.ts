// What lives as long as the process, built once and passed on as an argument. Order: database, keys, then what uses them.

import { createEgress, type Egress } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import { logLines } from '@gatehouse/http-kit'
import { type Logger, pino } from 'pino'
import { Registry } from 'prom-client'
import { callChannel } from './calls/call-notices.ts'
import { type CallFeed, createCallFeed } from './calls/feed.ts'
import { type Changes, channel, createChanges } from './changes.ts'
import type { Config } from './config.ts'
import { createRefreshes, type Refreshes } from './connections/refresh.ts'
import { createRevocations, type Revocations } from './connections/revocations.ts'
import { type Db, openDb, type Source } from './db.ts'
import type { OpenStreams } from './event-stream.ts'
import { createHealthFeed, type HealthFeed, healthChannel } from './health/feed.ts'
import { createLooks, type Looks } from './health/look.ts'
import { keepHealth } from './health/worker.ts'
import { type Installation, openInstallation } from './installation.ts'
import { type KeyEncryption, localKeyEncryption } from './keys/master-keys.ts'
import { createLeases, type Leases, leaseChannel } from './leases.ts'
import { listen } from './listen.ts'
import { createSessionNotices, type SessionNotices, sessionChannel } from './oauth/session-notices.ts'
import { type Auth, makeAuth } from './people/auth.ts'
import { keepRetention } from './retention/worker.ts'
import { createSealer, type Sealer } from './seal.ts'
import { keepSealingKeys } from './sealing-keys.ts'
import { createListing } from './tools/keep-listed.ts'
import { createToolLists } from './tools/list-tools.ts'
import { keepCounting } from './usage/count-calls.ts'

export interface Deps {
  readonly config: Config
  readonly log: Logger
  now(): Date
  readonly db: Db
  readonly kek: KeyEncryption
  readonly sealer: Sealer
  readonly changes: Changes
  /** Of the gateways. */
  readonly leases: Leases
  /** New call records, for who watches them. */
  readonly calls: CallFeed
  /** Changes in how servers do, for pages that show them. */
  readonly health: HealthFeed
  /** At servers, to see how they do. */
  readonly looks: Looks
  /** For who waits for a person to come back from an authorization server. */
  readonly authSessions: SessionNotices
  /** Ended by a stop. */
  readonly streams: OpenStreams
  readonly installation: Installation
  readonly egress: Egress
  /** Of OAuth tokens; a stop waits for those under way. */
  readonly refreshes: Refreshes
  /** Of tokens that are gone here. */
  readonly revocations: Revocations
  /** Passwords and sessions of people. */
  readonly auth: Auth
  readonly metrics: Registry
}

/** Replaced in tests only. */
export interface Parts {
  readonly log?: Logger
  readonly now?: () => Date
  readonly egress?: Egress
}

const tendEveryMs = 10 * 60_000

/**
 * Opens everything on a migrated database. `close` gives it all back, except the database itself.
 * @throws Error with one sentence where the database or the settings do not fit
 */
export async function openDeps(
  config: Config,
  source: Source,
  parts: Parts = {},
): Promise<{ deps: Deps; close(): Promise<void> }> {
  const log = parts.log ?? pino({ level: config.GATEHOUSE_LOG_LEVEL, base: { app: 'registry' } }, logLines())
  const now = parts.now ?? (() => new Date())
  const db = openDb(source, (error) => log.warn({ err: error }, 'a database connection broke'))
  try {
    await checkRoles(db)
    const kek = localKeyEncryption(config.readMasterKeys)
    const installation = await openInstallation(db.patient, kek)
    const sealer = createSealer(kek, installation.key)
    const warn = (error: unknown) => log.warn({ err: error }, 'changes are not read at the moment')
    const leases = createLeases({
      db,
      lengthMs: config.GATEHOUSE_LEASE_MS,
      patienceMs: config.GATEHOUSE_REVOCATION_WAIT_MS,
      onError: warn,
    })
    const changes = await createChanges({ db, leases, onError: warn })
    const authSessions = createSessionNotices()
    const calls = createCallFeed({
      db,
      isAlone: source.embedded,
      onError: (error) => log.warn({ err: error }, 'calls that another process recorded were not read'),
    })
    const health = createHealthFeed(source.embedded)
    const noticed = {
      ...{ [channel]: changes, [leaseChannel]: leases },
      ...{ [sessionChannel]: authSessions, [callChannel]: calls },
      [healthChannel]: health,
    }
    const heard = (on?: string, payload?: string) => {
      for (const [name, one] of Object.entries(noticed))
        if (on === undefined || on === name) one.notice(payload)
    }
    const listener = source.embedded
      ? undefined
      : await listen(source.pool, Object.keys(noticed), heard, warn)
    const stopTending = await tend({ db, sealer, changes, now, log })
    const stopRetention = await keepRetention({ db, now, log, config, sealer })
    const stopCounting = keepCounting({ db, log })
    const egress = parts.egress ?? openEgress(config)
    const looks = createLooks({ config, db, egress, health, now })
    const revocations = createRevocations({ db, sealer, egress, log })
    const refreshes = createRefreshes({ db, sealer, egress, changes, revocations, log, now, config })
    const deps: Deps = {
      config,
      log,
      now,
      db,
      kek,
      sealer,
      changes,
      leases,
      calls,
      health,
      looks,
      authSessions,
      streams: new Set(),
      installation,
      egress,
      refreshes,
      revocations,
      auth: makeAuth({ config, db, log, installation }),
      metrics: new Registry(),
    }
    const stopHealth = keepHealth(deps, looks, createListing(deps, createToolLists(deps)))
    return {
      deps,
      async close() {
        stopTending()
        await stopHealth()
        await looks.close()
        await stopRetention()
        await stopCounting()
        await refreshes.idle()
        await revocations.close()
        await listener?.close()
        leases.close()
        await changes.close()
        await db.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }
}

async function checkRoles(db: Db): Promise<void> {
  try {
    await db.asSystem(async () => undefined)
    await db.inWorkspace('00000000-0000-0000-0000-000000000000', async () => undefined)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new Error(
      "The database's user can not take the roles gatehouse_app and gatehouse_system, which the walls between workspaces need: GRANT both to it",
      { cause },
    )
  }
}

/** Keeps the sealing keys and the outbox in order. Gateways are told of a new key by their change stream. */
async function tend(on: Pick<Deps, 'db' | 'sealer' | 'changes' | 'now' | 'log'>): Promise<() => void> {
  await keepSealingKeys(on.db.patient, on.sealer, on.now())
  const round = async () => {
    await keepSealingKeys(on.db.patient, on.sealer, on.now())
    await on.changes.prune()
  }
  const timer = setInterval(() => {
    round().catch((error: unknown) => on.log.warn({ err: error }, 'keys and outbox were not tended'))
  }, tendEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

function openEgress(config: Config): Egress {
  return createEgress({
    allow: config.GATEHOUSE_EGRESS_ALLOW,
    proxy: config.GATEHOUSE_EGRESS_PROXY,
    caFile: config.GATEHOUSE_EGRESS_CA_FILE,
    ownOrigins: [
      config.PUBLIC_URL,
      config.GATEWAY_URL,
      config.GATEWAY_PUBLIC_URL,
      config.CONSOLE_PUBLIC_URL,
      `http://127.0.0.1:${config.PORT}`,
      `http://127.0.0.1:${config.INTERNAL_PORT}`,
    ],
  })
}
