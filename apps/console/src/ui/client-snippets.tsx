'use client'
// Ready text for each client. The key stays in the environment unless the person wants it in the text.

import { NativeSelect, Stack, Switch, Text } from '@mantine/core'
import { useState } from 'react'
import { exportLine, keyVariable, snippets } from '#lib/snippets.ts'
import { CodeBlock } from './code-block.tsx'

interface Props {
  name: string
  url: string
  /** Where it is known: right after it was made. */
  apiKey?: string
}

export function ClientSnippets({ name, url, apiKey }: Props) {
  const [client, setClient] = useState('Claude Code')
  const [inText, setInText] = useState(false)
  const all = snippets({ name, url, key: inText ? apiKey : undefined })
  const chosen = all.find((one) => one.client === client) ?? all[0]
  if (!chosen) return null
  return (
    <Stack gap="sm">
      <NativeSelect
        label="Client"
        data={all.map((one) => one.client)}
        value={client}
        onChange={(event) => setClient(event.currentTarget.value)}
        maw={280}
      />
      {apiKey && (
        <Switch
          label="Put the key into the text"
          description="It then stays in shell or editor history. The other way it is read from the environment."
          checked={inText}
          onChange={(event) => setInText(event.currentTarget.checked)}
        />
      )}
      {!inText && (
        <>
          <Text size="sm">First, in the environment of the client:</Text>
          <CodeBlock text={exportLine(apiKey ?? '<your API key>')} what={`line that sets ${keyVariable}`} />
        </>
      )}
      <Text size="sm">
        {chosen.where}:{chosen.note && ` ${chosen.note}`}
      </Text>
      <CodeBlock text={chosen.text} what={`snippet for ${chosen.client}`} />
    </Stack>
  )
}
