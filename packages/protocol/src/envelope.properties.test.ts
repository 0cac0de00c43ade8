// The envelope reader against JSON.parse: what is refused, with which code, and what is found.

import { AppError } from '@gatehouse/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEnvelope } from './index.ts'
import { body } from './testing/bodies.ts'
import { verdict } from './testing/oracle.ts'

/** What the oracle says, said by the reader; its ranges hold what it found. */
function found(bytes: Buffer) {
  try {
    const envelope = readEnvelope(bytes)
    const messages = envelope.kind === 'batch' ? envelope.messages : [envelope]
    return messages.map(({ kind, id, idRaw, method, name, nameRange, requestedVersion, claim }) => {
      expect(nameRange && JSON.parse(bytes.toString('utf8', ...nameRange))).toBe(name)
      return { kind, id, idRaw, method, name, requestedVersion, claimed: claim?.version }
    })
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

test('any text: refused where JSON.parse refuses or two parsers could differ, else the members are those that stand there', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(body, (json) => {
      const bytes = Buffer.from(json)
      const expected = verdict(bytes)
      expect(found(bytes)).toEqual(expected)
      const kind = typeof expected === 'string' ? expected : 'accepted'
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
    }),
    { numRuns: 3_000 },
  )
  expect(seen.get('accepted')).toBeGreaterThan(300)
  expect(seen.get('invalid_message')).toBeGreaterThan(300)
})

test('any bytes changed, taken out or put in: the same', () => {
  const change = fc.tuple(
    fc.nat(),
    fc.nat(2),
    fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\,:{}[] 0-.eu'))),
  )
  fc.assert(
    fc.property(body, fc.array(change, { minLength: 1, maxLength: 3 }), (json, changes) => {
      let bytes = Buffer.from(json)
      for (const [where, taken, byte] of changes) {
        const at = where % (bytes.length + 1)
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + taken)])
      }
      expect(found(bytes)).toEqual(verdict(bytes))
    }),
    { numRuns: 5_000 },
  )
})
