import { AppError } from '@gatehouse/errors'
import { callRecordsRequest } from '@gatehouse/registry-api/internal'
import { waitFor } from '@gatehouse/testkit'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { Call } from './call.ts'
import { newTrace } from './new-trace.ts'
import { createRecorder } from './record-call.ts'

/** As far as a record tells of it. */
const call = {
  requestId: 'r-1',
  startedAt: performance.now(),
  startedAtMs: Date.now(),
  authenticateMs: 0.5,
  response: { statusCode: 200 },
  caller: { workspace_id: crypto.randomUUID(), key_id: 'k', key_name: 'Zoë "the key" \u2028' },
  path: 'transparent',
} as Call

function open(sendRecords: (body: Buffer) => Promise<void>) {
  const recorder = createRecorder({ sendRecords }, pino({ level: 'silent' }))
  onTestFinished(() => recorder.close())
  const record = (...tools: string[]) => {
    for (const tool of tools) recorder.record(call, { ...newTrace('tools/call'), tool, upstreamMs: 1.23456 })
  }
  return { recorder, record }
}

const toolsIn = (body: Buffer) =>
  callRecordsRequest.parse(JSON.parse(body.toString())).records.map(({ tool }) => tool ?? '')

test('every record arrives once and in order, though the registry is away and more come while it is asked', async () => {
  const names = Array.from({ length: 9_000 }, (_, i) => `${i} ${'ü"\ud800'.repeat(i % 50)}`)
  const arrived: string[] = []
  let asked = 0
  const { recorder, record } = open(async (body) => {
    asked += 1
    const tools = toolsIn(body)
    if (asked === 1) record(...names.slice(7_000, 8_000))
    await new Promise((resolve) => setImmediate(resolve))
    if (asked === 2) record(...names.slice(8_000))
    expect(toolsIn(body)).toEqual(tools)
    if (asked % 3 === 1) throw new AppError('registry_unreachable')
    arrived.push(...tools)
  })
  record(...names.slice(0, 7_000))
  await waitFor(() => arrived.length >= names.length)
  expect(arrived.join('\n') === names.join('\n')).toBe(true)
  expect(recorder.lost).toBe(0)
})

test('a batch that the registry refuses is lost alone, and what overflows is counted', async () => {
  const arrived: string[] = []
  let refuses = true
  const { recorder, record } = open(async (body) => {
    if (refuses) throw new AppError('invalid_request_body')
    arrived.push(...toolsIn(body))
  })
  record('refused')
  await waitFor(() => recorder.lost === 1)
  refuses = false
  record(...Array.from({ length: 50_001 }, () => 'many'))
  expect(recorder.lost).toBe(2)
  expect(recorder.counts.get('unknown')).toBe(50_002)
  await waitFor(() => arrived.length === 50_000)
})

test('what the registry asks to see how a server does is nobody’s call', async () => {
  const arrived: string[] = []
  const { recorder, record } = open(async (body) => void arrived.push(...toolsIn(body)))
  recorder.record({ ...call, caller: { ...call.caller, kind: 'health' } }, newTrace('tools/list'))
  record('theirs')
  await waitFor(() => arrived.length > 0)
  expect([arrived, recorder.counts.size]).toEqual([['theirs'], 1])
})
