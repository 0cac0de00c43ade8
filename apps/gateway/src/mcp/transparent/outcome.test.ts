import { expect, test } from 'vitest'
import { OutcomeReader } from './outcome.ts'

const ok = '{"jsonrpc":"2.0","id":1,"result":{}}'
const failed = '{"jsonrpc":"2.0","id":1,"result":{"isError":true}}'
const refused = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602}}'
const progress = '{"jsonrpc":"2.0","method":"notifications/progress"}'

test.each<[string, string, string]>([
  ['one event', `data: ${failed}\n\n`, 'tool_error'],
  [
    'with a name and an id, and lines that end as on Windows',
    `id: 7\r\nevent: message\r\ndata: ${failed}\r\n\r\n`,
    'tool_error',
  ],
  ['the last of several', `data: ${progress}\n\ndata: ${failed}\n\n: quiet\n\n`, 'tool_error'],
  ['one that failed by the protocol', `data:${refused}\n\n`, 'protocol_error'],
  [
    'one of several lines',
    `data: {"jsonrpc":"2.0","id":1,\ndata: "result":{"isError":true}}\n\n`,
    'tool_error',
  ],
  [
    'one whose text looks like an event',
    `data: {"text":"data: x","result":{"isError":true}}\n\n`,
    'tool_error',
  ],
  ['one that a comment names', `: data: no\n\ndata: ${ok}\n\n`, 'ok'],
  ['one that is no JSON', 'data: x\n\n', 'unknown'],
  ['none', ': quiet\n\n', 'unknown'],
])('how a call went is read from its stream: %s', (_what, text, outcome) => {
  for (const size of [text.length, 5]) {
    const reader = new OutcomeReader('text/event-stream', 200)
    for (let at = 0; at < text.length; at += size) reader.take(Buffer.from(text.slice(at, at + size)))
    expect(reader.read().outcome).toBe(outcome)
  }
})
