'use client'
// What a captured call said: for an auditor, who asks for it, as each read is audited; for others, who may read it.

import type { CapturedBodies, CapturedSide } from '@gatehouse/registry-api'
import { Box, Button, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '#lib/api.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { CopyButton } from '#ui/copy-button.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { legible } from './legible.ts'

export function Captured({ callId }: { callId: string }) {
  const { may } = useWorkspace()
  const [asked, setAsked] = useState(false)
  return (
    <section aria-labelledby="said">
      <Stack gap="xs" align="flex-start">
        <Title order={3} id="said">
          What it said
        </Title>
        {!may('calls:read-bodies') && (
          <Text size="sm">Headers and bodies of this call were captured. Only auditors can read them.</Text>
        )}
        {may('calls:read-bodies') && !asked && (
          <>
            <Text size="sm">
              Headers and bodies were captured. That you read them goes to the audit trail.
            </Text>
            <Button variant="default" onClick={() => setAsked(true)}>
              Read headers and bodies
            </Button>
          </>
        )}
        {asked && <Said callId={callId} />}
      </Stack>
    </section>
  )
}

function Said({ callId }: { callId: string }) {
  const { id: workspaceId } = useWorkspace()
  const bodies = useQuery({
    queryKey: [workspaceId, 'captured', callId],
    queryFn: ({ signal }) =>
      ask<CapturedBodies>(`/registry/v1/calls/${encodeURIComponent(callId)}/bodies`, { workspaceId, signal }),
    // Read once, when somebody asks: neither a look back nor a failure reads again, and nothing stays behind.
    ...{ staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false, refetchOnWindowFocus: false },
  })
  return (
    <Box w="100%">
      <QueryView query={bodies} failed="What it said could not be read">
        {({ request, response }) => (
          <Stack>
            <Side title="Request" side={request} />
            <Side title="Answer" side={response} />
          </Stack>
        )}
      </QueryView>
    </Box>
  )
}

function Side({ title, side: { headers, body, truncated, masked } }: { title: string; side: CapturedSide }) {
  const text = legible(body)
  return (
    <Stack gap="xs" role="group" aria-label={title}>
      <Title order={4} fz="sm">
        {title}
      </Title>
      <Facts>
        {headers.map(([name, value], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may come twice, and none of them moves
          <Fact key={index} name={name}>
            <UpstreamText text={value} />
          </Fact>
        ))}
      </Facts>
      {text === '' ? (
        <Text size="sm" c="dimmed">
          {truncated
            ? 'Its body was not kept: a credential in it could not be told apart.'
            : 'It had no body.'}
        </Text>
      ) : (
        <Box pos="relative">
          {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls has to be reachable by keyboard and needs a name then */}
          <pre
            className="gh-code gh-code-with-copy"
            tabIndex={0}
            role="group"
            aria-label={`Body of the ${title.toLowerCase()}`}
          >
            <UpstreamText text={text} />
          </pre>
          {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: as above */}
          <CopyButton
            value={body}
            what={`body of the ${title.toLowerCase()}`}
            pos="absolute"
            top={8}
            right={8}
          />
        </Box>
      )}
      {truncated && text !== '' && <Text size="sm">It was longer: only its first 64 KiB were kept.</Text>}
      {masked && <Text size="sm">Credentials in it were replaced by ***.</Text>}
    </Stack>
  )
}
