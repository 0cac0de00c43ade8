'use client'
// A result in three ways: as a person reads it, its structured part, and the whole response.

import { Button, Group, Stack, Tabs, Text } from '@mantine/core'
import { useState } from 'react'
import { isList, type Json, type JsonObject, member, object, textMember } from '../json/json.ts'
import { printLines } from '../json/print-json.ts'
import { ContentBlock } from './content-block.tsx'
import { Fits } from './fits.tsx'
import { LongText } from './long-text.tsx'

interface Props {
  readonly result: JsonObject
  /** The JSON-RPC response around it. */
  readonly response: JsonObject
  /** Only a tool's has a structured part. */
  readonly tool: boolean
  readonly outputSchema: Json | undefined
}

const views = [
  { value: 'rendered', label: 'Rendered' },
  { value: 'structured', label: 'Structured' },
  { value: 'raw', label: 'Raw' },
] as const

export function ResultView({ result, response, tool, outputSchema }: Props) {
  const structured = member(result, 'structuredContent')
  const [view, setView] = useState<string | null>('rendered')
  return (
    <Tabs value={view} onChange={setView}>
      <Tabs.List mb="sm" aria-label="Ways to see the result">
        {views
          .filter(({ value }) => tool || value !== 'structured')
          .map(({ value, label }) => (
            <Tabs.Tab key={value} value={value} px="xs">
              {label}
            </Tabs.Tab>
          ))}
      </Tabs.List>
      <Tabs.Panel value="rendered">{view === 'rendered' && <Rendered result={result} />}</Tabs.Panel>
      <Tabs.Panel value="structured">
        {view === 'structured' &&
          (structured === undefined ? (
            <Text size="sm">
              This result has no structured content
              {outputSchema === undefined ? '.' : ', though the tool has a schema for it.'}
            </Text>
          ) : (
            <Stack gap="xs">
              <Fits schema={outputSchema} value={structured} />
              <LongText text={printLines(structured)} what="structured content" />
            </Stack>
          ))}
      </Tabs.Panel>
      <Tabs.Panel value="raw">
        {view === 'raw' && <LongText text={printLines(response)} what="answer as it came" />}
      </Tabs.Panel>
    </Tabs>
  )
}

function Rendered({ result }: { result: JsonObject }) {
  const kind = textMember(result, 'resultType') ?? 'complete'
  const structured = member(result, 'structuredContent')
  const parts = partsOf(result)
  return (
    <Stack>
      {kind !== 'complete' && (
        <Text size="sm">A result of the type “{kind}”, which this page shows as it came.</Text>
      )}
      {parts.length === 0 && structured === undefined && <Text size="sm">The result is empty.</Text>}
      <Parts parts={parts} />
      {parts.length === 0 && structured !== undefined && (
        <LongText text={printLines(structured)} what="structured content" />
      )}
    </Stack>
  )
}

interface Part {
  /** Who says it, in a prompt. */
  readonly role?: string
  readonly block: Json
}

/** The blocks of a tool's result, the messages of a prompt, the contents of a resource. */
function partsOf(result: JsonObject): readonly Part[] {
  const listed = (name: string) => {
    const value = member(result, name)
    return isList(value) ? value : []
  }
  return [
    ...listed('content').map((block) => ({ block })),
    ...listed('messages').map((message) => ({
      role: textMember(message, 'role') ?? 'nobody',
      block: member(message, 'content') ?? null,
    })),
    ...listed('contents').map((resource) => ({ block: object({ type: 'resource', resource }) })),
  ]
}

/** A result may have any number of blocks. */
const step = 50

function Parts({ parts }: { parts: readonly Part[] }) {
  const [shown, setShown] = useState(step)
  return (
    <>
      {parts.slice(0, shown).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place in the answer
        <ContentBlock key={index} {...part} />
      ))}
      {parts.length > shown && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {shown} of {parts.length} are shown.
          </Text>
          <Button variant="default" size="compact-sm" onClick={() => setShown(shown + step)}>
            Show more
          </Button>
        </Group>
      )}
    </>
  )
}
