// The workspace of the page's address, and who looks at it. ui/workspace-frame.tsx provides it.

import type { Me, Permission } from '@gatehouse/registry-api'
import { createContext, useContext } from 'react'

export interface Workspace {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly me: Me
  may(permission: Permission): boolean
  /** Address of a screen: `to('/servers')`. */
  to(path: string): string
}

const Context = createContext<Workspace | null>(null)

export const WorkspaceProvider = Context.Provider

/** @throws Error outside of /w/{slug} */
export function useWorkspace(): Workspace {
  const workspace = useContext(Context)
  if (workspace === null) throw new Error('this component belongs below /w/{slug}')
  return workspace
}

export function toWorkspace(me: Me): Workspace {
  const { id, slug, name } = me.workspace
  return {
    id,
    slug,
    name,
    me,
    may: (permission) => me.permissions.includes(permission),
    to: (path) => `/w/${slug}${path}`,
  }
}

const lastKey = 'gatehouse-last-workspace'

export const rememberWorkspace = (slug: string) => localStorage.setItem(lastKey, slug)

/** Where somebody who came without a workspace goes: the last one used, while they are still a member of it. */
export function homeOf(me: Me): string {
  const last = localStorage.getItem(lastKey)
  const known = me.workspaces.some((one) => one.slug === last)
  return `/w/${known ? last : me.workspace.slug}`
}
