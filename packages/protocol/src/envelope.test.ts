import { AppError } from '@gatehouse/errors'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidMessage, readEnvelope } from './index.ts'

const read = (text: string) => readEnvelope(Buffer.from(text))
const codeOf = (text: string | Buffer) => {
  try {
    readEnvelope(Buffer.from(text))
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return 'accepted'
}
const wrap = (value: string) => `{"jsonrpc":"2.0","id":1,"method":"x/y","params":{"arguments":${value}}}`

describe('the envelope reader', () => {
  test('finds id, method, name and where the name stands', () => {
    const text =
      ' {"jsonrpc":"2.0","id":"7","method":"tools/call","params":{"arguments":{},"name":"a\\u00e9"}} '
    const envelope = read(text)
    expect(envelope).toMatchObject({
      kind: 'request',
      id: '7',
      idRaw: '"7"',
      method: 'tools/call',
      name: 'aé',
    })
    const [start, end] = envelope.nameRange ?? [0, 0]
    expect(Buffer.from(text).toString('utf8', start, end)).toBe('"a\\u00e9"')
  })

  test('tells requests, notifications, responses and batches apart', () => {
    expect(read('{"jsonrpc":"2.0","method":"n"}').kind).toBe('notification')
    expect(read('{"jsonrpc":"2.0","id":1,"result":{}}').kind).toBe('response')
    expect(read('{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}').kind).toBe('response')
    expect(read('[{"jsonrpc":"2.0","id":1,"method":"ping"}]').messages[0]?.method).toBe('ping')
  })

  test('accepts exactly what is JSON, below the members that are read', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (value) => {
        expect(codeOf(wrap(value))).toBe('accepted')
      }),
    )
  })

  test('refuses exactly what JSON.parse refuses', () => {
    const noise = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', '\\', '0', '-', '.', 'e', ' ', '\u0000', 'x'),
      )
      .map(([json, at, piece]) => {
        const cut = at % (json.length + 1)
        return json.slice(0, cut) + piece + json.slice(cut + 1)
      })
    fc.assert(
      fc.property(noise, (text) => {
        const body = wrap(text)
        let valid = true
        try {
          JSON.parse(body)
        } catch {
          valid = false
        }
        const code = codeOf(body)
        if (valid) expect(['accepted', 'invalid_message']).toContain(code)
        else expect(code).toBe('parse_error')
      }),
      { numRuns: 2_000 },
    )
  })

  test('refuses duplicate, case-variant and forbidden members where it reads', () => {
    for (const text of [
      '{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}',
      '{"jsonrpc":"2.0","id":1,"method":"a","m\\u0065thod":"b"}',
      '{"jsonrpc":"2.0","id":1,"method":"a","Method":"b"}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","Name":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{},"name":"b"}}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"a":1,"a":2}}}',
    ]) {
      expect(codeOf(text), text).toBe('invalid_message')
    }
  })

  test('refuses names that other parsers take for the ones that we read, and halves of surrogate pairs', () => {
    const call = (params: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`
    for (const text of [
      call('{"name":"a","ta\u017fkId":"b"}'),
      call('{"name":"a","tas\\u212aId":"b"}'),
      '{"jsonrpc":"2.0","id":1,"method":"x","param\\u017f":{}}',
      '{"jsonrpc":"2.0","id":1,"\u0131d":2,"method":"x"}',
      call('{"name":"a\\ud800"}'),
      call('{"name":"a","\\udfff":1}'),
      '{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
    ]) {
      expect(codeOf(text), text).toBe('invalid_message')
    }
    expect(read(call('{"name":"\\ud83d\\ude00"}')).name).toBe('\u{1f600}')
  })

  test('says parse_error wherever the text breaks, also behind what is no message', () => {
    for (const text of ['{"jsonrpc":"1.0"} x', '[{"jsonrpc":"1.0"}, x]', '{"id":true', '[1,]', '1 2'])
      expect(codeOf(text), text).toBe('parse_error')
  })

  test('refuses what is JSON but no message, with the id where it could be read', () => {
    for (const text of [
      '1',
      '"x"',
      '{}',
      '[]',
      '[1]',
      '{"jsonrpc":"1.0","id":1,"method":"x"}',
      '{"jsonrpc":"2.0","id":null,"method":"x"}',
      '{"jsonrpc":"2.0","id":1.5,"method":"x"}',
      '{"jsonrpc":"2.0","id":1,"method":"x","params":[]}',
      '{"jsonrpc":"2.0","id":1,"method":"x","result":1}',
      '{"jsonrpc":"2.0","id":1}',
    ]) {
      expect(codeOf(text), text).toBe('invalid_message')
    }
    expect(() => read('{"jsonrpc":"2.0","id":"q","method":1}')).toThrow(
      expect.objectContaining({ rpcId: 'q' }),
    )
    expect(InvalidMessage.prototype).toBeInstanceOf(AppError)
  })

  test('refuses bad UTF-8, depth over 64, a byte order mark and batches over 50', () => {
    expect(codeOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))).toBe('parse_error')
    expect(codeOf(wrap('['.repeat(62) + ']'.repeat(62)))).toBe('accepted')
    expect(codeOf(wrap('['.repeat(63) + ']'.repeat(63)))).toBe('parse_error')
    expect(codeOf(wrap('['.repeat(100_000)))).toBe('parse_error')
    expect(codeOf(`\ufeff${wrap('1')}`)).not.toBe('accepted')
    const one = '{"jsonrpc":"2.0","method":"n"}'
    expect(codeOf(`[${Array(50).fill(one).join(',')}]`)).toBe('accepted')
    expect(codeOf(`[${Array(51).fill(one).join(',')}]`)).toBe('invalid_message')
  })

  test('lets large and odd arguments pass', () => {
    const table = JSON.stringify(Array.from({ length: 50_000 }, (_, i) => ({ cell: i })))
    expect(codeOf(wrap(table))).toBe('accepted')
    expect(
      codeOf(wrap('{"constructor":1,"__proto__":2,"a":1,"a":2,"NAME":123456789012345678901234567890}')),
    ).toBe('accepted')
  })
})
