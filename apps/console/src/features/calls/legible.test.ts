// Bodies for the eye: only spaces between tokens differ from what was sent.

import { expect, test } from 'vitest'
import { legible } from './legible.ts'

test('JSON stands in lines, with every digit and every space within a text', () => {
  expect(legible('{"n":9007199254740993.50,"t":" a\\" {b} ","l":[],"o":{},"x":[1,true]}')).toBe(
    '{\n  "n": 9007199254740993.50,\n  "t": " a\\" {b} ",\n  "l": [],\n  "o": {},\n  "x": [\n    1,\n    true\n  ]\n}',
  )
})

test('what breaks off stays, and so do the lines of a stream around their JSON', () => {
  expect(legible('{"a":["b')).toBe('{\n  "a": [\n    "b')
  expect(legible(': hi\n\nevent: message\r\ndata: {"a":1}\r\n\r\ndata: no\n')).toBe(
    ': hi\n\nevent: message\r\ndata: {\n  "a": 1\n}\r\n\r\ndata: no\n',
  )
  for (const text of ['', 'plain', '12']) expect(legible(text)).toBe(text)
})
