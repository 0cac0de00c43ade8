// Has deleted tokens revoked: at once, and where the authorization server is away again and again for a day, whichever registry is
// there then. Nobody's success hangs on it: the tokens are already gone here.

import { setTimeout as pause } from 'node:timers/promises'
import type { Deps } from '../deps.ts'
import { openRevocable, type Revocable } from './revocable.ts'
import { revoke } from './revoke.ts'

export interface Revocations {
  /** Once, for tokens whose deletion is committed. Resolves when it is done, or after two seconds while it goes on. Never rejects. */
  now(all: readonly Revocable[]): Promise<void>
  /** What is due again; resolves when each was tried. Never rejects. */
  round(): Promise<void>
  close(): Promise<void>
}

export type On = Pick<Deps, 'db' | 'sealer' | 'egress' | 'log'>

const patienceMs = 2_000
const everyMs = 5_000
const atOnce = 10
const perRound = 100

export function createRevocations(on: On): Revocations {
  const underway = new Set<Promise<void>>()
  const track = (work: Promise<void>) => {
    underway.add(work)
    return work.finally(() => underway.delete(work))
  }
  let rounding: Promise<void> | undefined
  const round = () => {
    rounding ??= track(tryDue(on)).finally(() => {
      rounding = undefined
    })
    return rounding
  }
  const timer = setInterval(round, everyMs).unref()
  return {
    now: (all) =>
      all.length === 0
        ? Promise.resolve()
        : Promise.race([
            track(inTurns(all, (one) => attempt(on, one))),
            pause(patienceMs, undefined, { ref: false }),
          ]),
    round,
    async close() {
      clearInterval(timer)
      await Promise.all(underway)
    },
  }
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const next = async () => {
    for (let one = left.shift(); one; one = left.shift()) await work(one)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, next))
}

/** Never rejects: what is not written down is tried again by the row as it stands. */
async function attempt(on: On, one: Revocable): Promise<void> {
  const { workspaceId, id } = one
  try {
    const isDone = await revoke(on, one)
    await on.db.patient.inWorkspace(workspaceId, async (tx) => {
      if (isDone) return void (await tx.tokenRevocation.deleteMany({ where: { workspaceId, id } }))
      const [row] = await tx.$queryRaw<{ is_over: boolean }[]>`
        UPDATE token_revocation SET attempts = attempts + 1,
          retry_at = now() + make_interval(secs => least(5 * 2 ^ least(attempts, 10), 3600)::float8)
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
        RETURNING created_at < now() - interval '1 day' AS is_over`
      if (!row?.is_over) return
      await tx.tokenRevocation.deleteMany({ where: { workspaceId, id } })
      on.log.warn({ revocation: id }, 'a token was not revoked for a day: it is given up')
    })
  } catch (err) {
    on.log.warn({ revocation: id, err }, 'how a revocation went is not written down')
  }
}

async function tryDue(on: On): Promise<void> {
  try {
    const due = await on.db.patient.asSystem(
      (tx) => tx.$queryRaw<{ workspace_id: string; id: string }[]>`
        SELECT workspace_id, id FROM token_revocation WHERE retry_at <= now() ORDER BY retry_at LIMIT ${perRound}`,
    )
    await inTurns(due, async ({ workspace_id: workspaceId, id }) => {
      const one = await take(on, workspaceId, id)
      if (one) await attempt(on, one)
    })
  } catch (err) {
    on.log.debug({ err }, 'no revocations were looked for')
  }
}

/** Undefined where another registry has it, or nobody can open it. */
function take(on: On, workspaceId: string, id: string): Promise<Revocable | undefined> {
  return on.db.patient.inWorkspace(workspaceId, async (tx) => {
    const [row] = await tx.$queryRaw<{ sealed: Uint8Array; dataKeyId: string }[]>`
      UPDATE token_revocation SET retry_at = now() + interval '1 minute'
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND retry_at <= now()
      RETURNING sealed, data_key_id AS "dataKeyId"`
    if (!row) return undefined
    try {
      return await openRevocable(on, tx, { workspaceId, id, ...row })
    } catch (err) {
      await tx.tokenRevocation.deleteMany({ where: { workspaceId, id } })
      on.log.warn({ revocation: id, err }, 'a token that does not open is not revoked')
      return undefined
    }
  })
}
