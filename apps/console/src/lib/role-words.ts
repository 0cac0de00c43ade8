// Roles in words: what each is for. What it may do is the registry's table.

import type { Role } from '@gatehouse/registry-api'

export const roles: readonly Role[] = ['owner', 'admin', 'operator', 'member', 'auditor']

const words: Readonly<Record<Role, { name: string; about: string }>> = {
  owner: { name: 'Owner', about: 'Everything, the settings of the workspace too' },
  admin: { name: 'Admin', about: 'Servers, everybody’s keys and connections, and people' },
  operator: { name: 'Operator', about: 'Servers and providers, and sees all calls' },
  member: { name: 'Member', about: 'Calls tools, with keys and connections of their own' },
  auditor: { name: 'Auditor', about: 'Reads calls and the audit trail, calls nothing' },
}

export const roleName = (role: Role): string => words[role].name
export const roleAbout = (role: Role): string => words[role].about
