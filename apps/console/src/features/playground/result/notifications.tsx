'use client'
// What a server tells while a tool runs: how far it is, and log messages.

import { Progress, Stack, Text } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { type Json, JsonNumber, type JsonObject, member, textMember } from '../json/json.ts'
import { printJson } from '../json/print-json.ts'

export function Notifications({ messages }: { messages: readonly JsonObject[] }) {
  const last = messages.findLast((message) => message.get('method') === 'notifications/progress')
  const rest = messages.filter((message) => message.get('method') !== 'notifications/progress')
  if (messages.length === 0) return null
  return (
    <Stack gap="xs">
      {last && <Far params={last.get('params') ?? null} />}
      {rest.length > 0 && (
        <Stack gap={2} role="log" aria-label="Messages of the server">
          {rest.map((message, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: messages have no other name and stay where they are
            <Text key={index} size="xs" className="gh-break" ff="monospace">
              <UpstreamText text={lineOf(message)} />
            </Text>
          ))}
        </Stack>
      )}
    </Stack>
  )
}

function Far({ params }: { params: Json }) {
  const [progress, total] = [member(params, 'progress'), member(params, 'total')]
  const message = textMember(params, 'message')
  const digits = (value: Json | undefined) => (value instanceof JsonNumber ? value.digits : undefined)
  const percent = Math.min(100, Math.max(0, (Number(digits(progress)) / Number(digits(total))) * 100))
  const text = `${digits(progress) ?? '?'}${total === undefined ? '' : ` of ${digits(total) ?? '?'}`}`
  return (
    <div>
      <Text size="sm" className="gh-numbers" role="status">
        Progress: {text}
        {message !== undefined && (
          <>
            {' · '}
            <UpstreamText text={message.slice(0, 500)} />
          </>
        )}
      </Text>
      {Number.isFinite(percent) && (
        <Progress value={percent} aria-label={`Progress: ${plainly(text)}`} mt={4} />
      )}
    </div>
  )
}

function lineOf(message: JsonObject): string {
  const params = message.get('params')
  if (message.get('method') !== 'notifications/message') return printJson(message).slice(0, 500)
  const data = member(params, 'data')
  const text = typeof data === 'string' ? data : printJson(data ?? null)
  return `${textMember(params, 'level') ?? ''} ${text}`.trim().slice(0, 2_000)
}
