// Who did what, written in the same transaction as the change itself. Each event of a workspace carries the hash of the
// one before, so that a changed or missing event shows (verifyAudit).

import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Actor } from './actor.ts'
import type { Tx } from './db.ts'
import { Prisma } from './generated/client.ts'

export type Json = Prisma.InputJsonValue

export interface AuditedEvent {
  /** `subject.verb`, for example `mcp-server.created`. */
  readonly action: string
  readonly objectType: string
  readonly objectId: string
  /** What it was and what it became, without secrets. */
  readonly before?: Json
  readonly after?: Json
  readonly requestId: string
}

const start = Buffer.alloc(32)

/** Adds one event to the workspace's chain. Locks the chain's head until the transaction ends. */
export async function audit(tx: Tx, actor: Actor, event: AuditedEvent): Promise<void> {
  const workspaceId = actor.workspaceId
  const [head] = await tx.$queryRaw<{ seq: bigint; hash: Uint8Array }[]>`
    INSERT INTO audit_head (workspace_id, seq, hash) VALUES (${workspaceId}::uuid, 0, ${start})
    ON CONFLICT (workspace_id) DO UPDATE SET seq = audit_head.seq RETURNING seq, hash`
  if (!head) throw new Error('the audit chain has no head')
  const row = {
    workspaceId,
    seq: head.seq + 1n,
    id: uuidv7(),
    at: new Date(),
    actorType: actor.type,
    actorId: actor.id,
    actorName: actor.name,
    action: event.action,
    objectType: event.objectType,
    objectId: event.objectId,
    before: event.before ?? null,
    after: event.after ?? null,
    requestId: event.requestId,
  }
  const hash = hashEvent(head.hash, row)
  await tx.auditEvent.create({
    data: {
      ...row,
      before: row.before ?? Prisma.DbNull,
      after: row.after ?? Prisma.DbNull,
      previousHash: Buffer.from(head.hash),
      hash,
    },
    select: { seq: true },
  })
  await tx.auditHead.update({
    where: { workspaceId },
    data: { seq: row.seq, hash },
    select: { seq: true },
  })
}

export type AuditVerdict =
  | { readonly ok: true; readonly events: number }
  | { readonly ok: false; readonly brokenAt: bigint }

/** Reads the whole chain of a workspace; `brokenAt` is the first event that does not follow from the one before. */
export async function verifyAudit(tx: Tx, workspaceId: string): Promise<AuditVerdict> {
  let [seq, hash] = [0n, start]
  for (;;) {
    const page = await tx.auditEvent.findMany({
      where: { workspaceId, seq: { gt: seq } },
      orderBy: { seq: 'asc' },
      take: 500,
    })
    for (const event of page) {
      const follows =
        event.seq === seq + 1n && hash.equals(event.previousHash) && hashEvent(hash, event).equals(event.hash)
      if (!follows) return { ok: false, brokenAt: seq + 1n }
      seq = event.seq
      hash = Buffer.from(event.hash)
    }
    if (page.length < 500) break
  }
  const head = await tx.auditHead.findUnique({ where: { workspaceId } })
  const whole = (head?.seq ?? 0n) === seq && (head === null || hash.equals(head.hash))
  return whole ? { ok: true, events: Number(seq) } : { ok: false, brokenAt: seq + 1n }
}

type Hashed = Omit<Prisma.AuditEventGetPayload<object>, 'previousHash' | 'hash' | 'before' | 'after'> & {
  readonly before: unknown
  readonly after: unknown
}

function hashEvent(previous: Uint8Array, event: Hashed): Buffer<ArrayBuffer> {
  const told = [
    event.workspaceId,
    event.seq.toString(),
    event.id,
    event.at.toISOString(),
    event.actorType,
    event.actorId,
    event.actorName,
    event.action,
    event.objectType,
    event.objectId,
    canonical(event.before ?? null),
    canonical(event.after ?? null),
    event.requestId,
  ]
  return createHash('sha256').update(previous).update(JSON.stringify(told)).digest()
}

/** Members in one order, because the database does not keep theirs. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: members.map(([name, member]) => [name, canonical(member)]) }
}
