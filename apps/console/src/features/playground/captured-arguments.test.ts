// A replay begins with exactly what was sent, or says why it does not.

import { expect, test } from 'vitest'
import { capturedArguments } from './captured-arguments.ts'

const of = (body: string, more: object = {}) =>
  capturedArguments({ request: { headers: [], body, truncated: false, masked: false, ...more } })

test('arguments come back with every digit and in their order', () => {
  const sent = '{"n":9007199254740993,"x":1.50,"z":[1e400,null],"a":{"b":"é\\u0000"}}'
  expect(of(`{"method":"tools/call","params":{"arguments": ${sent} ,"name":"t"}}`)).toEqual({ begin: sent })
  expect(of('{"method":"tools/call","params":{"name":"t"}}')).toEqual({ begin: '{}' })
})

test('what is not whole is not offered as if it were', () => {
  const body = '{"params":{"arguments":{"a":"***"}}}'
  expect(of(body, { masked: true })).toEqual({ why: expect.stringContaining('credential') })
  expect(of(body.slice(0, 30), { truncated: true })).toEqual({ why: expect.stringContaining('longer') })
  expect(of('[{"a":1}]')).toEqual({ why: expect.stringContaining('read') })
  expect(of('{')).toEqual({ why: expect.stringContaining('read') })
})
