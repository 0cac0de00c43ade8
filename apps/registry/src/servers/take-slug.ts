// The address of a server under /mcp/: asked for or derived from its name, unique in its workspace and never given out twice.

import { AppError } from '@gatehouse/errors'
import type { Tx } from '../db.ts'

const maxLength = 32

/** @throws AppError slug_taken where the wanted one is or was in use */
export async function takeSlug(
  tx: Tx,
  workspaceId: string,
  name: string,
  wanted: string | undefined,
): Promise<string> {
  if (wanted !== undefined) {
    if (await take(tx, workspaceId, wanted)) return wanted
    throw new AppError('slug_taken', { what: `'${wanted}' is or was in use` })
  }
  const base = derive(name)
  if (await take(tx, workspaceId, base)) return base
  // All at once: a name that was given a thousand times would be asked for as often.
  const given = await tx.serverSlug.findMany({
    where: { workspaceId, slug: { startsWith: base.slice(0, maxLength - 8) } },
    select: { slug: true },
  })
  const used = new Set(given.map(({ slug }) => slug))
  for (let number = 2; ; number += 1) {
    const suffix = `-${number}`
    const slug = base.slice(0, maxLength - suffix.length).replace(/-+$/, '') + suffix
    if (!used.has(slug) && (await take(tx, workspaceId, slug))) return slug
  }
}

async function take(tx: Tx, workspaceId: string, slug: string): Promise<boolean> {
  const { count } = await tx.serverSlug.createMany({ data: { workspaceId, slug }, skipDuplicates: true })
  return count === 1
}

/** Letters and digits of the name, accents dropped, joined by hyphens. */
export function derive(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxLength)
    .replace(/^-+|-+$/g, '')
  return plain === '' ? 'server' : plain
}
