import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Bearer } from '../../session-token.ts'
import { createHeldCalls } from './held-calls.ts'
import type { UpstreamCall } from './upstream-call.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const bearer = { caller: { key_id: 'k', workspace_id: 'w' }, server: { id: 's' }, generation: 'g' } as Bearer // all that is read

let slots = 0
const slot = () => {
  slots += 1
  return () => {
    slots -= 1
  }
}

function call() {
  const cancelled: string[] = []
  const one: UpstreamCall = {
    next: () => new Promise(() => {}),
    answer: async () => {},
    cancel: async (reason) => void cancelled.push(reason),
    leave: (reason) => void cancelled.push(reason),
  }
  return { one, cancelled }
}

test('a call that nobody goes on with for ten minutes is cancelled and forgotten', () => {
  const held = createHeldCalls()
  const { one, cancelled } = call()
  const id = held.hold(bearer, one, slot())
  vi.advanceTimersByTime(10 * 60_000 - 1)
  expect(cancelled).toEqual([])
  vi.advanceTimersByTime(1)
  expect(cancelled).toEqual(['its client did not answer in time'])
  expect(held.take(id)).toBeUndefined()
})

test('a call that was taken is not cancelled, and is taken once', () => {
  const held = createHeldCalls()
  const { one, cancelled } = call()
  const id = held.hold(bearer, one, slot())
  expect(held.take(id)).toBe(one)
  expect(held.take(id)).toBe('used')
  vi.advanceTimersByTime(10 * 60_000)
  expect(cancelled).toEqual([])
})

test('the calls that a change touches are left', async () => {
  const held = createHeldCalls()
  const [kept, ofServer, ofKey] = [call(), call(), call()]
  held.hold({ ...bearer, server: { id: 'other' } } as Bearer, kept.one, slot())
  held.hold(bearer, ofServer.one, slot())
  held.hold(
    { ...bearer, caller: { ...bearer.caller, key_id: 'k2' }, server: { id: 'x' } } as Bearer,
    ofKey.one,
    slot(),
  )
  const event = { revision: 1, workspace_id: 'w' }
  held.changed({ ...event, subject: 'server', subject_id: 's' })
  held.changed({ ...event, subject: 'api-key', subject_id: 'k2' })
  held.changed({ ...event, workspace_id: 'v', subject: 'server', subject_id: 'other' })
  expect([kept, ofServer, ofKey].map(({ cancelled }) => cancelled.length)).toEqual([0, 1, 1])
  await held.close()
  expect(kept.cancelled).toEqual(['the gateway stops'])
  expect(slots).toBe(0)
})

test('after something may have been missed, the calls that may not go on are left', async () => {
  const held = createHeldCalls()
  const [kept, lost] = [call(), call()]
  const id = held.hold({ ...bearer, server: { id: 'other' } } as Bearer, kept.one, slot())
  held.hold(bearer, lost.one, slot())
  await held.recheck(async ({ server }) => server.id === 'other')
  expect([kept, lost].map(({ cancelled }) => cancelled.length)).toEqual([0, 1])
  expect([held.take(id), slots]).toEqual([kept.one, 0])
})
