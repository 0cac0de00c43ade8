// Permissions in the words of a person, in the order of a form.

import type { Permission } from '@gatehouse/registry-api'

const words: Readonly<Record<Permission, string>> = {
  'mcp-servers:read': 'See servers and their tools',
  'mcp-servers:invoke': 'Call tools',
  'mcp-servers:create': 'Register servers',
  'mcp-servers:update': 'Change servers',
  'mcp-servers:delete': 'Delete servers',
  'api-keys:own': 'Manage own keys',
  'api-keys:all': 'Manage all keys',
  'users:act-as': 'Act as other people',
  'calls:own': 'See own calls',
  'calls:all': 'See all calls',
  'calls:read-bodies': 'Read what captured calls said',
  'audit:read': 'Read the audit trail',
  'members:manage': 'Manage members and invitations',
  'settings:manage': 'Change the settings of the workspace',
}

export const permissionWords = (permission: Permission): string => words[permission]

/** What a key has unless its maker says otherwise. */
export const usualPermissions: Permission[] = ['mcp-servers:read', 'mcp-servers:invoke']
