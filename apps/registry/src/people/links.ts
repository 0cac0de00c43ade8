// Links that work once: to claim an account (24 h) and to sign in (10 min). The token is in the URL's fragment, which
// browsers send to nobody; the database keeps its hash only.

import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '@gatehouse/errors'
import { v7 as uuidv7 } from 'uuid'
import type { Tx } from '../db.ts'

export type LinkKind = 'claim' | 'sign-in'

/** Whom a link is for. */
export interface Link {
  readonly kind: LinkKind
  readonly userId: string
  readonly workspaceId: string
  readonly expiresAt: Date
}

const lifetimeMs: Record<LinkKind, number> = { claim: 24 * 3_600_000, 'sign-in': 10 * 60_000 }

/** Stores a new link and returns its URL; drops links that expired. */
export async function makeLink(
  tx: Tx,
  consoleUrl: string,
  wanted: Omit<Link, 'expiresAt'>,
  now: Date,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await tx.oneTimeLink.deleteMany({ where: { expiresAt: { lte: now } } })
  const expiresAt = new Date(now.getTime() + lifetimeMs[wanted.kind])
  await tx.oneTimeLink.create({
    data: { ...wanted, id: uuidv7(), tokenHash: hashOf(token), expiresAt },
    select: { id: true },
  })
  return `${consoleUrl.replace(/\/$/, '')}/claim#token=${token}`
}

/** The link of a token, still unused; as gatehouse_system. @throws AppError link_invalid */
export async function findLink(tx: Tx, token: string, now: Date): Promise<Link> {
  const row = await tx.oneTimeLink.findUnique({ where: { tokenHash: hashOf(token) } })
  if (row === null || row.usedAt !== null || row.expiresAt <= now) throw new AppError('link_invalid')
  return {
    kind: row.kind === 'claim' ? 'claim' : 'sign-in',
    userId: row.userId,
    workspaceId: row.workspaceId,
    expiresAt: row.expiresAt,
  }
}

/** Uses a link up: of several at once, one gets it. As gatehouse_system. @throws AppError link_invalid */
export async function useLink(tx: Tx, kind: LinkKind, token: string, now: Date): Promise<Link> {
  const { count } = await tx.oneTimeLink.updateMany({
    where: { tokenHash: hashOf(token), kind, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  })
  if (count === 0) throw new AppError('link_invalid')
  const row = await tx.oneTimeLink.findUniqueOrThrow({ where: { tokenHash: hashOf(token) } })
  return { kind, userId: row.userId, workspaceId: row.workspaceId, expiresAt: row.expiresAt }
}

const hashOf = (token: string) => createHash('sha256').update(token).digest()
