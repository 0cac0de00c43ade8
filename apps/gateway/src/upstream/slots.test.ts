import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

const limits = { perWorkspace: 2, perUpstream: 3, streamsPerCaller: 1, streams: 2 }
// Of a resolved caller and server the slots look at these only.
const target = (workspace_id: string, id = 'a', max_concurrent: number | null = null, origin = 'one') => ({
  caller: { workspace_id } as ResolvedCaller,
  server: { id, slug: id, url: `https://${origin}.example/mcp/${id}`, max_concurrent } as ResolvedServer,
})
const overloaded = expect.objectContaining({ code: 'overloaded', status: 503, retryAfterS: 1 })

test('calls of a workspace at an upstream are bounded, however many servers it has there', () => {
  const slots = createSlots(limits)
  slots.take(target('w', 'a'))
  const release = slots.take(target('w', 'b'))
  expect(() => slots.take(target('w', 'c'))).toThrow(overloaded)
  slots.take(target('w', 'a', null, 'other'))
  slots.take(target('v', 'd'))
  release()
  release()
  slots.take(target('w', 'c'))
  expect(() => slots.take(target('w', 'a'))).toThrow(overloaded)
})

test("a server's own limit counts instead, be it less or more", () => {
  const slots = createSlots(limits)
  slots.take(target('w', 'a', 1))
  expect(() => slots.take(target('w', 'a', 1))).toThrow(overloaded)
  slots.take(target('w', 'b'))
  expect(() => slots.take(target('w', 'b'))).toThrow(overloaded)
  slots.take(target('w', 'c', 3))
  expect(() => slots.take(target('w', 'c', 3))).toThrow(overloaded)
})

test('calls at one upstream are bounded over all workspaces', () => {
  const slots = createSlots(limits)
  for (const workspace of ['u', 'v', 'w']) slots.take(target(workspace))
  expect(() => slots.take(target('x'))).toThrow(overloaded)
  slots.take(target('x', 'a', null, 'other'))
})

test('a refused call holds nothing', () => {
  const slots = createSlots(limits)
  const releases = ['u', 'u', 'v'].map((workspace) => slots.take(target(workspace)))
  expect(() => slots.take(target('w'))).toThrow(overloaded)
  for (const release of releases) release()
  for (const workspace of ['w', 'w', 'v']) slots.take(target(workspace))
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
