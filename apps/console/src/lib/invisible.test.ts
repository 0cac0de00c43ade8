// Nothing in a server's text stays unseen.

import { expect, test } from 'vitest'
import { pieces, plainly } from './invisible.ts'

test('ordinary text, also of other scripts, stays in one piece', () => {
  for (const text of ['Echoes a message', 'Grüße, 你好, שלום', 'line\n\tnext', '👍 ok', '❤\ufe0f']) {
    expect(pieces(text)).toEqual([{ text, hidden: false }])
  }
  expect(pieces('')).toEqual([])
})

test('zero width, direction marks, tags, fillers and control characters show their number', () => {
  expect(plainly('a\u200bb')).toBe('a⟨U+200B⟩b')
  expect(plainly('\u202eabc')).toBe('⟨U+202E⟩abc')
  expect(plainly('\u{e0041}')).toBe('⟨U+E0041⟩')
  expect(plainly('\u3164\u00ad\u0007\r\u2028\ufe0f')).toBe('⟨U+3164⟩⟨U+00AD⟩⟨U+0007⟩⟨U+000D⟩⟨U+2028⟩⟨U+FE0F⟩')
})
