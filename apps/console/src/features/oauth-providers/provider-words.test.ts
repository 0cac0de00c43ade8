// Whose client it is is never guessed.

import type { Connection, OAuthProvider } from '@gatehouse/registry-api'
import { expect, test } from 'vitest'
import { findProviders, forWhom } from './provider-words.ts'

const provider = (over: Partial<OAuthProvider>) =>
  ({ id: 'p1', name: 'Files', issuer: 'https://login.example', client_id: 'abc', ...over }) as OAuthProvider // what is looked at

test('a provider is for everybody, for services, or for one person', () => {
  const connections = [{ provider_id: 'p1', owner: { id: 'u2', name: 'Bob' } }] as Connection[] // as above
  const of = (owner_id: string | null, server_id: string | null, id = 'p1') =>
    forWhom({ id, owner_id, server_id }, connections, 'u1')
  expect([of(null, null), of(null, 's1'), of('u1', 's1'), of('u2', 's1')]).toEqual([
    ...['Everybody', 'Services', 'You', 'Bob'],
  ])
  expect(of('u3', 's1', 'p2')).toBe('Another person')
})

test('every word that is searched for has to be there', () => {
  const all = [provider({}), provider({ id: 'p2', issuer: 'https://other.example' })]
  expect(findProviders(all, 'FILES login').map(({ id }) => id)).toEqual(['p1'])
  expect(findProviders(all, 'abc')).toHaveLength(2)
})
