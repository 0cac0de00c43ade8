// The key format, by its promises over random keys.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestKey, makeKey, parseKey } from './key-format.ts'

const env = fc.stringMatching(/^[a-z]{1,8}$/)
const key = env.map((name) => makeKey(name).key)

describe('a key that was made', () => {
  test('has the documented form and is accepted', () => {
    fc.assert(
      fc.property(env, (name) => {
        const made = makeKey(name)
        expect(made.key).toMatch(new RegExp(`^gth_${name}_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$`))
        expect(parseKey(made.key)).toEqual({
          publicId: made.publicId,
          prefix: `gth_${name}_${made.publicId}`,
          digest: createHash('sha256').update(made.key).digest('hex'),
        })
      }),
    )
  })

  test('is never made twice', () => {
    const keys = Array.from({ length: 2_000 }, () => makeKey('dev'))
    expect(new Set(keys.map((made) => made.key)).size).toBe(2_000)
    expect(new Set(keys.map((made) => made.publicId)).size).toBe(2_000)
  })

  test('shows nothing of its secret in the part that may be shown', () => {
    fc.assert(
      fc.property(key, (text) => {
        const secret = text.slice(-49)
        expect(parseKey(text)?.prefix).not.toContain(secret.slice(0, 8))
      }),
    )
  })
})

describe('a malformed key is told apart without a database', () => {
  test('any one character changed', () => {
    const replacement = fc.constantFrom(
      ...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_- é\u0000',
    )
    fc.assert(
      fc.property(key, fc.nat(80), replacement, (text, at, char) => {
        const i = at % text.length
        fc.pre(text[i] !== char)
        expect(digestKey(text.slice(0, i) + char + text.slice(i + 1))).toBeUndefined()
      }),
      { numRuns: 1_000 },
    )
  })

  test('cut short, made longer, padded or given a line break', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 60 }), fc.string({ minLength: 1 }), (text, cut, more) => {
        expect(digestKey(text.slice(0, -cut))).toBeUndefined()
        expect(digestKey(text + more)).toBeUndefined()
        expect(digestKey(more + text)).toBeUndefined()
        expect(digestKey(`${text}\n`)).toBeUndefined()
      }),
    )
  })

  test('anything else', () => {
    fc.assert(fc.property(fc.string(), (text) => digestKey(text) === undefined))
    expect(digestKey('')).toBeUndefined()
    expect(digestKey('constructor')).toBeUndefined()
  })
})
