// Links that work once: to claim an account (24 h), to sign in (10 min), to choose a new password (24 h). The token is in the URL's fragment, which
// browsers send to nobody; the database keeps its hash only.

import { AppError } from '@gatehouse/errors'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Tx } from '../db.ts'
import { hashOf, newWord } from '../oauth/one-time.ts'

const kinds = ['claim', 'sign-in', 'reset'] as const
export type LinkKind = (typeof kinds)[number]

/** Whom a link is for. */
export interface Link {
  readonly kind: LinkKind
  readonly userId: string
  readonly workspaceId: string
  readonly expiresAt: Date
}

const dayMs = 86_400_000
export const lifetimeMs: Record<LinkKind, number> = { claim: dayMs, 'sign-in': 10 * 60_000, reset: dayMs }

/** Stores a new link and returns its URL; drops links that expired. */
export async function makeLink(
  tx: Tx,
  consoleUrl: string,
  wanted: Omit<Link, 'expiresAt'> & { readonly makerId?: string },
  now: Date,
): Promise<string> {
  const token = newWord()
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
    kind: z.enum(kinds).parse(row.kind),
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
