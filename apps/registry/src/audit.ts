// Who did what, written in the same transaction as the change itself. Each event of a workspace carries the hash of the
// one before, so that a changed or missing event shows (verifyChain).

import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Actor } from './actor.ts'
import type { Db, Tx } from './db.ts'
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
  | {
      readonly ok: true
      /** That are there. */
      readonly events: number
      /** How many are gone by their age, where any is. */
      readonly removed?: number
    }
  | {
      readonly ok: false
      /** The first event that isn't as it was written. */
      readonly brokenAt: bigint
      /** Not there; not after its own predecessor; another content; never counted by the chain's head; or cut by a stranger. */
      readonly problem: 'missing' | 'out-of-place' | 'changed' | 'not-counted' | 'not-signed'
    }

/** The last event that is gone: audit-trail/checkpoint.ts. */
export interface Checkpoint {
  readonly seq: bigint
  readonly hash: Uint8Array
  readonly signature: Uint8Array
}

type IsSigned = (workspaceId: string, checkpoint: Checkpoint) => boolean

/** For who knows no key: chains that were never cut need none. */
const noneIsSigned: IsSigned = () => false

/** Follows the whole chain of a workspace, in short transactions, as it was when that began: events may be added meanwhile. */
export async function verifyChain(
  db: Db,
  workspaceId: string,
  isSigned: IsSigned = noneIsSigned,
): Promise<AuditVerdict> {
  const read: Read = (work) => db.inWorkspace(workspaceId, work)
  for (;;) {
    const begin = await read((tx) => readCheckpoint(tx, workspaceId))
    const verdict = await follow(read, workspaceId, begin, isSigned)
    // What was removed under our eyes is not missing.
    const isCut = !verdict.ok && (await read((tx) => readCheckpoint(tx, workspaceId)))?.seq !== begin?.seq
    if (!isCut) return verdict
  }
}

type Read = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

const readCheckpoint = (tx: Tx, workspaceId: string): Promise<Checkpoint | null> =>
  tx.auditCheckpoint.findUnique({
    where: { workspaceId },
    select: { seq: true, hash: true, signature: true },
  })

/** Follows it to this event only, in a transaction of the caller's. @returns that event's hash */
export const verifyUpTo = async (
  tx: Tx,
  workspaceId: string,
  last: bigint,
  isSigned: IsSigned,
): Promise<Place | Broken> =>
  walk((work) => work(tx), workspaceId, await readCheckpoint(tx, workspaceId), last, isSigned)

async function follow(
  read: Read,
  workspaceId: string,
  begin: Checkpoint | null,
  isSigned: IsSigned,
): Promise<AuditVerdict> {
  const end = await read((tx) => readEnd(tx, workspaceId))
  const place = await walk(read, workspaceId, begin, end.seq, isSigned)
  if (!place.ok) return place
  const { seq, hash } = place
  if (!hash.equals(end.hash)) return broken(seq, 'changed')
  if (end.last > seq) return broken(seq + 1n, 'not-counted')
  const removed = Number(begin?.seq ?? 0n)
  return { ok: true, events: Number(seq) - removed, ...(removed > 0 && { removed }) }
}

type Broken = AuditVerdict & { readonly ok: false }
const broken = (brokenAt: bigint, problem: Broken['problem']): Broken => ({ ok: false, brokenAt, problem })

interface Place {
  readonly ok: true
  readonly seq: bigint
  readonly hash: Buffer
}

async function walk(
  read: Read,
  workspaceId: string,
  begin: Checkpoint | null,
  last: bigint,
  isSigned: IsSigned,
): Promise<Place | Broken> {
  if (begin && !isSigned(workspaceId, begin)) return broken(begin.seq, 'not-signed')
  let [seq, hash] = begin ? [begin.seq, Buffer.from(begin.hash)] : [0n, start]
  while (seq < last) {
    const page = await read((tx) =>
      tx.auditEvent.findMany({
        where: { workspaceId, seq: { gt: seq, lte: last } },
        orderBy: { seq: 'asc' },
        take: 500,
      }),
    )
    if (page.length === 0) return broken(seq + 1n, 'missing')
    for (const event of page) {
      if (event.seq !== seq + 1n) return broken(seq + 1n, 'missing')
      if (!hash.equals(event.previousHash)) return broken(event.seq, 'out-of-place')
      hash = hashEvent(hash, event)
      if (!hash.equals(event.hash)) return broken(event.seq, 'changed')
      seq = event.seq
    }
  }
  return { ok: true, seq, hash }
}

/** Where the chain ends, and the highest number there is, in one statement: so both are of one moment. */
async function readEnd(tx: Tx, workspaceId: string) {
  const [head] = await tx.$queryRaw<{ seq: bigint | null; hash: Uint8Array | null; last: bigint | null }[]>`
    SELECT (SELECT seq FROM audit_head WHERE workspace_id = ${workspaceId}::uuid) AS seq,
      (SELECT hash FROM audit_head WHERE workspace_id = ${workspaceId}::uuid) AS hash,
      (SELECT max(seq) FROM audit_event WHERE workspace_id = ${workspaceId}::uuid) AS last`
  return { seq: head?.seq ?? 0n, hash: head?.hash ?? start, last: head?.last ?? 0n }
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
