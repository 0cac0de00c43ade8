// Who is asking, where, and what they may do.

import { type Me, permissions, role } from '@gatehouse/registry-api'
import { type Actor, includes } from '../actor.ts'
import type { Tx } from '../db.ts'
import type { Deps } from '../deps.ts'

export async function showMe(deps: Deps, actor: Actor): Promise<Me> {
  const { type, id, name, workspaceId, userId } = actor
  const found = await deps.db.asSystem(async (tx) => ({
    workspace: await tx.workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: shownWorkspace }),
    user: userId === null ? null : await findPerson(tx, userId),
  }))
  const all = (found.user?.memberships ?? []).map((one) => ({ ...one.workspace, role: role.parse(one.role) }))
  const here = all.filter((one) => one.id === workspaceId)
  const { user, workspace } = found
  return {
    user: user && { id: user.id, name: user.name, email: user.email },
    actor: { type, id, name },
    workspace,
    role: here[0]?.role ?? null,
    permissions: permissions.filter((one) => includes(actor.permissions, one)),
    // A key ends at its workspace, whoever's it is.
    workspaces: actor.kind === 'session' ? all : here,
  }
}

const shownWorkspace = { id: true, slug: true, name: true } as const

const findPerson = (tx: Tx, id: string) =>
  tx.user.findUnique({
    where: { id },
    select: {
      id: true,
      name: true,
      email: true,
      memberships: {
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        select: { role: true, workspace: { select: shownWorkspace } },
      },
    },
  })
