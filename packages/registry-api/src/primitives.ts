// Pieces that several schemas share.

import { z } from 'zod'

export const uuid = z.uuid()

/** Address of a server under /mcp/: immutable, at most 32, never reused in its workspace. */
export const slug = z
  .string()
  .max(32)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens')

/** Timestamp with microseconds and offset: `2026-06-01T20:50:32.123456+00:00`. */
export const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)

/** A date in that form; JavaScript's dates end at milliseconds. */
export const toTimestamp = (date: Date) => date.toISOString().replace('Z', '000+00:00')

/** What a key or role may do; `subject:verb`. */
export const permissions = [
  'mcp-servers:read',
  'mcp-servers:invoke',
  'mcp-servers:create',
  'mcp-servers:update',
  'mcp-servers:delete',
  'api-keys:own',
  'api-keys:all',
  'users:act-as',
  'calls:own',
  'calls:all',
  'calls:read-bodies',
  'audit:read',
  'members:manage',
  'settings:manage',
] as const

export const permission = z.enum(permissions)
export type Permission = z.output<typeof permission>

/** What an API key can have: what calls said opens for people alone. */
export const keyPermission = permission.exclude(['calls:read-bodies'])
export type KeyPermission = z.output<typeof keyPermission>
export const isForKeys = (one: Permission): one is KeyPermission => one !== 'calls:read-bodies'

export const role = z.enum(['owner', 'admin', 'operator', 'member', 'auditor'])
export type Role = z.output<typeof role>

const worker: readonly Permission[] = ['mcp-servers:read', 'mcp-servers:invoke', 'api-keys:own']
const keeper: readonly Permission[] = [
  ...worker,
  'mcp-servers:create',
  'mcp-servers:update',
  'mcp-servers:delete',
]

/** The permission table of the documentation: what each role may do. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  owner: [...keeper, 'api-keys:all', 'calls:all', 'audit:read', 'members:manage', 'settings:manage'],
  admin: [...keeper, 'api-keys:all', 'calls:all', 'audit:read', 'members:manage'],
  operator: [...keeper, 'calls:all'],
  member: [...worker, 'calls:own'],
  auditor: ['mcp-servers:read', 'calls:all', 'calls:read-bodies', 'audit:read'],
}
