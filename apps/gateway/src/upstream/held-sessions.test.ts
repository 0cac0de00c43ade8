import { expect, test } from 'vitest'
import type { Bearer } from '../mcp/session-token.ts'
import { createHeldSessions, type Held } from './held-sessions.ts'

test('past the bound the session that nobody asked for longest goes, and each key keeps its own for ever', () => {
  const unused = { upstreamPool: (): never => expect.fail('a session without an id is ended without a word') }
  const sessions = createHeldSessions('replica', unused, 60_000)
  const bearer = { server: { url: 'http://localhost/mcp' } } as Bearer // nothing else is looked at here
  const said = { sessionId: undefined, protocolVersion: '2025-11-25', capabilities: {} }
  const remembered = new Map<string, Held>()
  const remember = (key: string) => {
    const held = sessions.hold(bearer, [], { ...said, serverInfo: undefined, instructions: undefined })
    sessions.remember(key, held)
    remembered.set(key, held)
  }
  const gone = () => [...remembered.keys()].filter((key) => sessions.known(key) === undefined)
  const mistaken = () =>
    [...remembered].filter(([key, held]) => ![held, undefined].includes(sessions.known(key)))

  const keys = Array.from({ length: 10_100 }, (_, index) => `k${index}`)
  keys.forEach(remember)
  expect([gone(), mistaken()]).toEqual([keys.slice(0, 100), []])
  expect([...remembered.values()].filter(({ over }) => over).length).toBe(100)

  for (const held of [...remembered.values()].slice(100, -50)) sessions.forget(held)
  for (let index = 0; index < 200; index += 1) remember(`later${index}`)
  expect([gone(), mistaken()]).toEqual([keys.slice(0, -50), []])
})
