// Settings of a workspace.

import { gateways, updateWorkspaceSettings, workspaceSettings } from '../settings.ts'
import type { Operation } from './operation.ts'

export const settingsOperations: readonly Operation[] = [
  {
    id: 'getSettings',
    method: 'get',
    path: '/v1/settings',
    tag: 'Settings',
    summary: 'Get the settings of the workspace',
    permission: 'settings:manage',
    versioned: true,
    answers: { 200: { description: 'The settings', schema: workspaceSettings } },
    codes: [],
  },
  {
    id: 'updateSettings',
    method: 'patch',
    path: '/v1/settings',
    tag: 'Settings',
    summary: 'Change the settings of the workspace',
    description: 'Absent members stay. What is too old then is removed within the hour.',
    permission: 'settings:manage',
    body: updateWorkspaceSettings,
    versioned: true,
    answers: { 200: { description: 'The settings', schema: workspaceSettings } },
    codes: [],
  },
  {
    id: 'listGateways',
    method: 'get',
    path: '/v1/gateways',
    tag: 'Settings',
    summary: 'List the gateways that hold a lease',
    permission: 'settings:manage',
    answers: { 200: { description: 'The gateways', schema: gateways } },
    codes: [],
  },
]
