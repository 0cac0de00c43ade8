// Events in words. What has none here is shown as it is written.

import type { AuditEvent } from '@gatehouse/registry-api'

const subjects: Readonly<Record<string, string>> = {
  'api-key': 'API key',
  'auth-session': 'Connecting',
  call: 'Call',
  capture: 'Capture',
  connection: 'Connection',
  'data-key': 'Data key',
  'gateway-token': 'Token of a page',
  'installation-key': "Installation's key",
  invitation: 'Invitation',
  link: 'One-time link',
  'mcp-server': 'Server',
  member: 'Member',
  'oauth-provider': 'OAuth provider',
  settings: 'Settings',
  user: 'Person',
  workspace: 'Workspace',
}

/** For a filter, in the order of their words. */
export const objectTypes = Object.entries(subjects)
  .filter(([type]) => !['capture', 'link', 'member'].includes(type))
  .map(([value, label]) => ({ value, label }))
  .sort((a, b) => a.label.localeCompare(b.label))

/** "Server created", "Member role changed". */
export function actionWords(action: string): string {
  const [subject = '', verb] = action.split('.')
  const known = subjects[subject]
  return known === undefined || verb === undefined ? action : `${known} ${verb.replaceAll('-', ' ')}`
}

/** What the event itself calls the object, else its id. */
export function objectName({ object_type, before, after, object_id }: AuditEvent): string {
  if (object_type === 'workspace') return 'This workspace'
  for (const member of ['name', 'email', 'slug'])
    for (const side of [after, before]) {
      const name: unknown = typeof side === 'object' && side !== null ? Reflect.get(side, member) : undefined
      if (typeof name === 'string' && name !== '') return name
    }
  return object_id
}
