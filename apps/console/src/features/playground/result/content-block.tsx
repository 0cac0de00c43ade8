'use client'
// One block of a result. All of it is a stranger's: texts stay texts, a link is read through the gateway or not at all, pictures and
// sounds come from the answer itself and from nowhere else. https://modelcontextprotocol.io/specification/2026-07-28/server/tools#tool-result

import { Paper, Stack, Text } from '@mantine/core'
import { plainly } from '#lib/invisible.ts'
import { Fact, Facts } from '#ui/facts.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { type Json, JsonNumber, member, textMember } from '../json/json.ts'
import { printJson, printLines } from '../json/print-json.ts'
import { LongText } from './long-text.tsx'
import { Media } from './media.tsx'
import { ReadLink } from './read-link.tsx'

interface Props {
  readonly block: Json
  /** Who says it, in a prompt. */
  readonly role?: string
}

export function ContentBlock({ block, role }: Props) {
  const type = textMember(block, 'type') ?? 'no type'
  return (
    <Paper withBorder p="sm" component="section" aria-label={`Content: ${plainly(type)}`}>
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          {role !== undefined && (
            <>
              <strong>
                <UpstreamText text={role} />
              </strong>
              {' · '}
            </>
          )}
          <UpstreamText text={names[type] ?? type} />
          <Hints annotations={member(block, 'annotations')} />
        </Text>
        <Body type={type} block={block} />
      </Stack>
    </Paper>
  )
}

const names: Readonly<Record<string, string>> = {
  text: 'Text',
  image: 'Image',
  audio: 'Audio',
  resource_link: 'Link to a resource',
  resource: 'Resource',
}

function Body({ type, block }: { type: string; block: Json }) {
  const mimeType = textMember(block, 'mimeType') ?? ''
  switch (type) {
    case 'text':
      return <LongText text={textMember(block, 'text') ?? ''} what="text" />
    case 'image':
    case 'audio':
      return <Media mimeType={mimeType} base64={textMember(block, 'data') ?? ''} name={type} />
    case 'resource_link':
      return (
        <>
          <Resource of={block} />
          <ReadLink uri={textMember(block, 'uri') ?? ''} />
        </>
      )
    case 'resource':
      return <Resource of={member(block, 'resource') ?? null} />
    default:
      return <LongText text={printLines(block)} what="block of an unknown type" />
  }
}

function Resource({ of }: { of: Json }) {
  const size = member(of, 'size')
  const text = textMember(of, 'text')
  const blob = textMember(of, 'blob')
  const facts = ['uri', 'name', 'title', 'description', 'mimeType'].flatMap((name) => {
    const value = textMember(of, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return (
    <Stack gap="xs">
      <Facts>
        {facts.map(([name, value]) => (
          <Fact key={name} name={words[name] ?? name}>
            <UpstreamText text={value} />
          </Fact>
        ))}
        {size instanceof JsonNumber && <Fact name="Size">{size.digits} B</Fact>}
      </Facts>
      {text !== undefined && <LongText text={text} what="text of the resource" />}
      {blob !== undefined && (
        <Media mimeType={textMember(of, 'mimeType') ?? ''} base64={blob} name={fileName(of)} />
      )}
    </Stack>
  )
}

/** The end of its address; browsers take from a name what must not be in one. */
const fileName = (of: Json) => /[^/]+$/.exec(textMember(of, 'uri') ?? '')?.[0] ?? 'resource'

const words: Readonly<Record<string, string>> = {
  uri: 'URI',
  name: 'Name',
  title: 'Title',
  description: 'Description',
  mimeType: 'Media type',
}

/** For whom it is meant, and how much it matters. */
function Hints({ annotations }: { annotations: Json | undefined }) {
  return annotations === undefined ? null : (
    <>
      {' · '}
      <UpstreamText text={printJson(annotations).slice(0, 500)} />
    </>
  )
}
