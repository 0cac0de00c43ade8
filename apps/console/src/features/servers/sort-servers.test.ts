// A list shows what was searched, in the order that was asked for.

import type { Server } from '@gatehouse/registry-api'
import { expect, test } from 'vitest'
import { sortServers } from './sort-servers.ts'

const server = (name: string, created: string, updated: string): Server => ({
  id: name,
  tenant_id: 't',
  name,
  url: `https://${name}.example/mcp`,
  headers: [],
  auth_type: '',
  oauth_provider_id: null,
  oauth_mode: '',
  created_at: created,
  updated_at: updated,
  mcp_vendor_id: null,
  vendor_id: null,
  external_system_id: null,
  slug: `${name}-slug`,
  gateway_url: `https://gateway.example/mcp/${name}-slug`,
  enabled: true,
})
const all = [
  server('Files', '2026-01', '2026-09'),
  server('archive', '2026-03', '2026-03'),
  server('Mail', '2026-02', '2026-08'),
]
const names = (search: string, order: 'name' | 'newest' | 'changed') =>
  sortServers(all, search, order).map(({ name }) => name)

test('by name without regard to case, by age, by last change', () => {
  expect(names('', 'name')).toEqual(['archive', 'Files', 'Mail'])
  expect(names('', 'newest')).toEqual(['archive', 'Mail', 'Files'])
  expect(names('', 'changed')).toEqual(['Files', 'Mail', 'archive'])
})

test('every word has to be in the name, the slug or the URL', () => {
  expect(names('MAIL example', 'name')).toEqual(['Mail'])
  expect(names('files-slug', 'name')).toEqual(['Files'])
  expect(names('nothing', 'name')).toEqual([])
})
