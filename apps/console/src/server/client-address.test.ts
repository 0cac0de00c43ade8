// An address is believed only where it came through proxies that the operator trusts.

import { parseAllow } from '@gatehouse/egress'
import { expect, test } from 'vitest'
import { clientAddress } from './client-address.ts'

const trusted = parseAllow(['10.0.0.0/8', '::1'])

test('without a trusted proxy what the client claims does not count', () => {
  expect(clientAddress('203.0.113.7', '9.9.9.9', trusted)).toBe('203.0.113.7')
  expect(clientAddress('127.0.0.1', '9.9.9.9', parseAllow([]))).toBe('127.0.0.1')
})

test('the nearest stranger behind trusted proxies is the client; what it claims itself does not count', () => {
  expect(clientAddress('10.0.0.2', '198.51.100.4', trusted)).toBe('198.51.100.4')
  expect(clientAddress('::ffff:10.0.0.2', '9.9.9.9, 198.51.100.4, 10.1.1.1', trusted)).toBe('198.51.100.4')
  expect(clientAddress('::1', undefined, trusted)).toBe('::1')
})

test('what is no address ends the search', () => {
  expect(clientAddress('10.0.0.2', '9.9.9.9, unknown', trusted)).toBe('10.0.0.2')
  expect(clientAddress('10.0.0.2', '9.9.9.9, 10.0.0.3:443', trusted)).toBe('10.0.0.2')
})
