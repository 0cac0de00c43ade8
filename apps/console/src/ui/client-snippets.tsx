'use client'
// Ready text for each client. The key stays in the environment unless the person wants it in the text.

import { clients, exportLine, keyVariable } from '@gatehouse/client-snippets'
import { Anchor, Button, Group, NativeSelect, Stack, Switch, Text } from '@mantine/core'
import { useUncontrolled } from '@mantine/hooks'
import { useState } from 'react'
import { CodeBlock } from './code-block.tsx'

interface Props {
  name: string
  url: string
  /** Where it is known: right after it was made. */
  apiKey?: string
  /** Only the first way to tell each client. */
  brief?: boolean
  /** The id of the chosen client, for a screen that keeps it. */
  client?: string
  onClient?: (id: string) => void
}

export function ClientSnippets({ name, url, apiKey, brief = false, client, onClient }: Props) {
  const [id, setId] = useUncontrolled({
    ...(client !== undefined && { value: client }),
    ...(onClient && { onChange: onClient }),
    defaultValue: clients[0].id,
  })
  const [inText, setInText] = useState(false)
  const chosen = clients.find((one) => one.id === id) ?? clients[0]
  const to = { name, url, key: inText ? apiKey : undefined }
  const link = brief ? undefined : chosen.link?.({ name, url })
  const forms = chosen.forms(to).slice(0, brief ? 1 : undefined)
  const { readsEnvironment } = chosen
  const fromEnvironment = readsEnvironment === 'always' || (readsEnvironment === 'unless-in-text' && !inText)
  return (
    <Stack gap="sm">
      <NativeSelect
        label="Client"
        data={clients.map((one) => ({ value: one.id, label: one.name }))}
        value={chosen.id}
        onChange={(event) => setId(event.currentTarget.value)}
        maw={280}
      />
      {chosen.note && <Text size="sm">{chosen.note}</Text>}
      {apiKey && (
        <Switch
          label="Put the key into the text"
          description="It then stays in shell or editor history. The other way it is read from the environment."
          checked={inText}
          onChange={(event) => setInText(event.currentTarget.checked)}
        />
      )}
      {fromEnvironment && (
        <>
          <Text size="sm">First, in the environment of the client:</Text>
          <CodeBlock text={exportLine(apiKey ?? '<your API key>')} what={`line that sets ${keyVariable}`} />
        </>
      )}
      {link && (
        <Group gap="sm">
          <Button component="a" href={link.href} variant="default">
            {link.label}
          </Button>
          <Text size="sm" c="dimmed">
            It asks before it adds anything. Or by hand:
          </Text>
        </Group>
      )}
      {forms.map(({ where, text }, at) => (
        <Stack gap={4} key={where}>
          <Text size="sm">{at === 0 ? `${where}:` : `Or ${where[0]?.toLowerCase()}${where.slice(1)}:`}</Text>
          <CodeBlock text={text} what={`snippet for ${chosen.name}${at === 0 ? '' : ` (${where})`}`} />
        </Stack>
      ))}
      {!brief && (
        <>
          <Text size="sm" className="gh-break">
            To see that it worked: {chosen.check}
          </Text>
          <Text size="xs" c="dimmed" className="gh-break">
            <Anchor href={chosen.source.page} target="_blank" rel="noreferrer" inherit>
              The client's own page
            </Anchor>
            , {chosen.source.seen}.
          </Text>
        </>
      )}
    </Stack>
  )
}
