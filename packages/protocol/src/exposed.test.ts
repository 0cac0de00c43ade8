import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exposedName, exposedUri, ownName, ownUri, slugOf } from './index.ts'

const slugs = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,6}){0,2}$/)
const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.webUrl())
const uris = fc.oneof(
  texts,
  texts.map((rest) => `ui://${rest}`),
  fc.constantFrom('file:///{path}', '{scheme}://x', 'ui://{name}/x', 'ui://', 'UI://x', 'a+b://c', '', '+'),
)

describe('a resource URI', () => {
  test('is of no server whose slug would be longer than any', () => {
    expect(ownUri(`${'a'.repeat(32)}+b:c`)).toEqual({ slug: 'a'.repeat(32), uri: 'b:c' })
    expect(ownUri(`${'a'.repeat(33)}+b:c`)).toBeUndefined()
  })

  test('maps back to its server and to exactly what it was, whatever it is', () => {
    fc.assert(
      fc.property(slugs, uris, (slug, uri) => {
        expect(ownUri(exposedUri(slug, uri))).toEqual({ slug, uri })
      }),
      { numRuns: 2_000 },
    )
  })

  test('is made from at most one own URI', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const own = ownUri(text)
        if (own) expect(exposedUri(own.slug, own.uri)).toBe(text)
      }),
    )
    expect(ownUri('one+ui://x')).toBeUndefined() // we say ui://one/x
  })

  test('keeps the scheme that hosts know apps by', () => {
    expect(exposedUri('one', 'ui://clock/face.html')).toBe('ui://one/clock/face.html')
    expect(exposedUri('one', 'file:///{path}')).toBe('one+file:///{path}')
  })

  test.each(['file:///x', 'ui://x', 'ui:///x', 'One+x', '+x', '-a+x', ''])('%j is of no server', (text) => {
    expect(ownUri(text)).toBeUndefined()
  })
})

describe('a name', () => {
  test('fits every client, tells its server, and maps back where it was not changed further', () => {
    fc.assert(
      fc.property(slugs, fc.oneof(texts, fc.stringMatching(/^[A-Za-z0-9_-]{0,70}$/)), (slug, name) => {
        const exposed = exposedName(slug, name)
        expect(exposed).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
        expect(slugOf(exposed)).toBe(slug)
        expect([name, undefined]).toContain(ownName(slug, exposed))
        if (/^[A-Za-z0-9-]{1,30}$/.test(name)) expect(ownName(slug, exposed)).toBe(name)
      }),
      { numRuns: 2_000 },
    )
  })

  test('of two tools or two servers is not the same', () => {
    fc.assert(
      fc.property(slugs, slugs, texts, texts, (one, other, name, second) => {
        if (one === other && name === second) return
        expect(exposedName(one, name)).not.toBe(exposedName(other, second))
      }),
    )
  })
})
