// What goes to the gateway and what is made of its answers, as text: no browser is needed for it.

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type JsonObject, object } from '../json/json.ts'
import { parseJson } from '../json/parse-json.ts'
import { printJson } from '../json/print-json.ts'
import { askFor, type Offer, toolOf } from '../offers/offer.ts'
import { curlOf } from './curl.ts'
import { eventTexts } from './event-texts.ts'
import { outcomeOf } from './outcome.ts'
import { requestOf } from './request.ts'

const schema = parseJson(`{"type":"object","properties":{
  "region":{"type":"string","x-mcp-header":"Region"},"big":{"type":"integer","x-mcp-header":"Big"},
  "inner":{"type":"object","properties":{"on":{"type":"boolean","x-mcp-header":"On"}}}}}`)
const args = parseJson('{"region":"Köln","big":9007199254740993,"inner":{"on":true},"price":1.50}')
const tool = toolOf(object({ name: "it's", inputSchema: schema })) as Offer // it has a name
const call = askFor(tool, 's', args)

test('arguments go out digit for digit, and in the headers that the schema names', () => {
  const { body, headers } = requestOf(call)
  expect(body).toContain(
    '"arguments":{"region":"Köln","big":9007199254740993,"inner":{"on":true},"price":1.50}',
  )
  const sent = Object.fromEntries(headers)
  expect(sent).toMatchObject({
    'Mcp-Name': "it's",
    'Mcp-Param-Region': '=?base64?S8O2bG4=?=',
    'Mcp-Param-On': 'true',
  })
  // No header repeats an integer that not every client can hold.
  expect(sent).not.toHaveProperty('Mcp-Param-Big')
})

test('a retry carries the answers and the state as they came', () => {
  const responses = parseJson('{"q":{"action":"accept","content":{"n":12345678901234567890}}}') as JsonObject // an object
  const { body } = requestOf(call, { responses, state: 'sealed' })
  expect(body).toContain(`"inputResponses":${printJson(responses)},"requestState":"sealed"`)
})

test('a shell takes the curl line as one call, whatever the names are', () => {
  const text = curlOf('http://127.0.0.1:7400/mcp/s', requestOf(call), 'KEY')
  expect(text).toMatch(/^[\n\x20-\x7e]*$/)
  const script = `curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }; ${text}`
  const given = execFileSync('sh', ['-c', script], { env: { ...process.env, KEY: 'gth_1' } })
    .toString()
    .split('\0')
  expect(given).toContain("Mcp-Name: it's")
  expect(given).toContain('Authorization: Bearer gth_1')
  expect(parseJson(given.at(-2) ?? '')).toEqual(parseJson(requestOf(call).body))
})

test('who failed is told apart: the tool, the protocol, the gateway, the way there', () => {
  const kindOf = (response: string | undefined, status = 200) => {
    const parsed = response === undefined ? undefined : (parseJson(response) as JsonObject) // objects below
    return outcomeOf({ status, requestId: 'r1', response: parsed, instead: 'nothing' })
  }
  const error = (members: string) =>
    `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no",${members}}}`
  expect(kindOf('{"jsonrpc":"2.0","id":1,"result":{"isError":true}}')).toMatchObject({
    kind: 'result',
    toolError: true,
  })
  expect(kindOf(error('"data":{}'))).toMatchObject({ kind: 'protocol', code: '-32602' })
  expect(kindOf(error('"data":{"code":"upstream_unreachable","request_id":"r1"}'))).toMatchObject({
    kind: 'transport',
  })
  expect(kindOf(error('"data":{"code":"denied","request_id":"r1"}'))).toMatchObject({
    kind: 'refused',
    code: 'denied',
  })
  // A server that pretends to be the gateway doesn't know the request's id.
  expect(kindOf(error('"data":{"code":"denied","request_id":"r2"}'))).toMatchObject({ kind: 'protocol' })
  expect(kindOf(undefined, 502)).toMatchObject({ kind: 'transport', code: 'HTTP 502' })
  expect(kindOf(undefined, 401)).toMatchObject({ kind: 'refused' })
  expect(
    kindOf(
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"q":{"method":"m"}}}}',
    ),
  ).toMatchObject({
    kind: 'asks',
    questions: [{ key: 'q', method: 'm' }],
  })
})

test('events are found however lines end and chunks are cut', async () => {
  const text = 'event: message\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: ping\n\ndata: "\u2028"\n\ndata: 3\r\r'
  const bytes = new TextEncoder().encode(text)
  for (const size of [1, 3, 1000]) {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })
    const found: string[] = []
    for await (const event of eventTexts(body)) found.push(event)
    expect(found.slice(0, 2)).toEqual(['{"a":\n1}', '"\u2028"'])
  }
})
