import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

const limits = { perServer: 2, perUpstream: 3, streamsPerCaller: 1, streams: 2 }
// Of a resolved server the slots look at these only.
const server = (id: string, max_concurrent: number | null = null) =>
  ({ id, slug: id, url: 'https://one.example/mcp', max_concurrent }) as ResolvedServer
const overloaded = expect.objectContaining({ code: 'overloaded', status: 503, retryAfterS: 1 })

test('calls at one server are bounded by its own limit, else by the setting', () => {
  const slots = createSlots(limits)
  slots.take(server('a'))
  const release = slots.take(server('a'))
  expect(() => slots.take(server('a'))).toThrow(overloaded)
  release()
  release()
  slots.take(server('a'))
  expect(() => slots.take(server('a'))).toThrow(overloaded)
  slots.take(server('b', 1))
  expect(() => slots.take(server('b', 1))).toThrow(overloaded)
})

test('calls at one upstream are bounded over all servers', () => {
  const slots = createSlots(limits)
  for (const id of ['a', 'b', 'c']) slots.take(server(id))
  expect(() => slots.take(server('d'))).toThrow(overloaded)
})

test('a refused call holds nothing', () => {
  const slots = createSlots(limits)
  const releases = ['a', 'a', 'b'].map((id) => slots.take(server(id)))
  expect(() => slots.take(server('b'))).toThrow(overloaded)
  for (const release of releases) release()
  for (const id of ['b', 'b', 'a']) slots.take(server(id))
})

test('open streams are bounded per caller and per process, and take no slot of a call', () => {
  const slots = createSlots(limits)
  const release = slots.takeStream('k1')
  expect(() => slots.takeStream('k1')).toThrow(overloaded)
  slots.takeStream('k2')
  expect(() => slots.takeStream('k3')).toThrow(overloaded)
  release()
  slots.takeStream('k3')
})

test('a caller may hold eight calls that wait for its client, each of them a stream', () => {
  const slots = createSlots({ ...limits, streamsPerCaller: 9, streams: 10 })
  const releases = Array.from({ length: 8 }, () => slots.takeHeld('k1'))
  expect(() => slots.takeHeld('k1')).toThrow(overloaded)
  slots.takeStream('k1')
  expect(() => slots.takeStream('k1')).toThrow(overloaded)
  releases[0]?.()
  slots.takeHeld('k1')
  slots.takeHeld('k2')
  expect(() => slots.takeHeld('k2')).toThrow(overloaded)
})
