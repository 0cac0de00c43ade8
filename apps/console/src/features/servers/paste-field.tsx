'use client'
// What somebody has at hand, in whatever form: recognised, and put into the form below.

import { Alert, NativeSelect, PasswordInput, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { plainly } from '#lib/invisible.ts'
import { CodeBlock } from '#ui/code-block.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { type Blank, type Entry, filledIn, isOpen, type PastedHeader, type Started } from './paste/entry.ts'
import { type Pasted, readPasted, servingLine } from './paste/read-pasted.ts'
import { RegistrySearch } from './registry-search.tsx'

export interface Chosen {
  readonly name: string
  /** "" where it has no address yet. */
  readonly url: string
  readonly headers: readonly PastedHeader[]
  /** Worth trying at once: it was pasted or chosen, and nothing is open. */
  readonly isWhole: boolean
}

export function PasteField({ onChoose }: { onChoose: (chosen: Chosen) => void }) {
  const [text, setText] = useState('')
  const [pasted, setPasted] = useState<Pasted>({ kind: 'nothing' })
  const [at, setAt] = useState<number | null>(null)
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({})
  const wasPasted = useRef(false)
  const entries = pasted.kind === 'entries' ? pasted.entries : []
  const entry = at === null ? undefined : entries[at]

  const choose = (one: Entry, filled: typeof given, isDone: boolean) =>
    onChoose(
      one.kind === 'remote'
        ? { name: one.name, ...filledIn(one, filled), isWhole: isDone && !isOpen(one, filled) }
        : { name: one.name, url: '', headers: [], isWhole: false },
    )
  const change = (value: string) => {
    const isPaste = wasPasted.current
    wasPasted.current = false
    const read = readPasted(value)
    setText(value)
    setPasted(read)
    setGiven({})
    const [only, ...more] = read.kind === 'entries' ? read.entries : []
    setAt(only && more.length === 0 ? 0 : null)
    if (only && more.length === 0) choose(only, {}, isPaste)
  }
  return (
    <Stack>
      <RegistrySearch
        onTake={(taken) => {
          wasPasted.current = true
          change(taken)
        }}
      />
      <Textarea
        label="What do you have?"
        description="An address, an mcp.json, a server.json, or the line for a client such as claude mcp add. Or fill in the form yourself."
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onPaste={() => {
          wasPasted.current = true
        }}
        onChange={(event) => change(event.currentTarget.value)}
        error={pasted.kind === 'unknown' ? pasted.why : undefined}
      />
      <div role="status">
        {pasted.kind === 'entries' && (
          <Text size="sm">
            Recognised: {pasted.from}
            {entries.length > 1 && ` with ${entries.length} servers`}
          </Text>
        )}
      </div>
      {entries.length > 1 && (
        <Radio.Group
          label="Which one?"
          value={at === null ? '' : String(at)}
          onChange={(value) => {
            const one = entries[Number(value)]
            setAt(Number(value))
            setGiven({})
            if (one) choose(one, {}, true)
          }}
        >
          <Stack gap="xs" mt={4}>
            {entries.map((one, index) => (
              <Radio
                // biome-ignore lint/suspicious/noArrayIndexKey: names and addresses may repeat
                key={index}
                value={String(index)}
                label={<EntryLabel entry={one} />}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {entry?.kind === 'remote' && entry.isSse && (
        <Text size="sm" c="var(--gh-warn)">
          This entry is for HTTP+SSE, the transport of 2024. The test shows whether the address speaks
          Streamable HTTP as well.
        </Text>
      )}
      {entry?.kind === 'remote' &&
        entry.blanks.map((blank) => (
          <BlankField
            key={blank.token}
            blank={blank}
            value={given[blank.token] ?? blank.fallback}
            onChange={(value) => {
              const next = { ...given, [blank.token]: value }
              setGiven(next)
              choose(entry, next, false)
            }}
          />
        ))}
      {entry?.kind === 'started' && <Serve entry={entry} />}
    </Stack>
  )
}

function EntryLabel({ entry }: { entry: Entry }) {
  const where = entry.kind === 'remote' ? entry.url : entry.words.join(' ')
  return (
    <>
      <UpstreamText text={entry.name || where} />
      {entry.name && (
        <Text component="span" size="sm" c="dimmed" className="gh-break" display="block">
          <UpstreamText text={where} />
        </Text>
      )}
    </>
  )
}

interface BlankProps {
  blank: Blank
  value: string
  onChange: (value: string) => void
}

function BlankField({ blank, value, onChange }: BlankProps) {
  const { about, choices, isSecret, isRequired } = blank
  const name = plainly(blank.name)
  const props = {
    label: isRequired ? name : `${name} (optional)`,
    description: about && <UpstreamText text={about} />,
    value,
    autoComplete: 'off',
  }
  if (choices.length > 0)
    return (
      <NativeSelect
        {...props}
        data={['', ...choices.map((value) => ({ value, label: plainly(value) }))]}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  if (isSecret)
    return (
      <PasswordInput
        {...props}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': `Show ${name}` }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  return <TextInput {...props} onChange={(event) => onChange(event.currentTarget.value)} />
}

/** A server that its client starts: what makes an address of it. */
function Serve({ entry }: { entry: Started }) {
  return (
    <Alert variant="default" title="This server is started by a command, so it has no address yet">
      <Stack gap="sm">
        <Text size="sm">
          Gatehouse starts nothing. Serve it over Streamable HTTP on a machine that Gatehouse reaches, with
          this line, then register the URL below:
        </Text>
        <CodeBlock text={servingLine(entry.words.map(plainly))} what="line that serves it" />
        {entry.env.length > 0 && (
          <Text size="sm">
            It wants these environment variables there:{' '}
            <code className="gh-break">{entry.env.map(plainly).join(', ')}</code>.
          </Text>
        )}
        <Text size="sm" c="dimmed">
          supergateway is a program of others, from npm; any bridge to Streamable HTTP will do.
        </Text>
      </Stack>
    </Alert>
  )
}
