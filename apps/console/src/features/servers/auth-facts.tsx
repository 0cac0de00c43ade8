'use client'
// How a server wants callers to prove who they are, and with OAuth by which client and where.

import type { Server } from '@gatehouse/registry-api'
import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { providersRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { authWords } from './auth-words.ts'

export function AuthFacts({ server }: { server: Server }) {
  const { id, to } = useWorkspace()
  const isAccounts = server.auth_type === 'oauth'
  const providers = useQuery({ ...providersRead(id), enabled: isAccounts })
  if (!isAccounts) return <Text>{authWords(server)}</Text>
  const used = providers.data?.find((one) => one.id === server.oauth_provider_id)
  return (
    <Facts>
      <Fact name="Mode">{authWords(server)}</Fact>
      <Fact name="Client">
        {providers.isError && 'Could not be loaded'}
        {providers.data && !used && 'None yet: it is registered when somebody connects'}
        {used && (
          <Anchor component={Link} href={to('/connections/providers')} size="sm">
            <UpstreamText text={used.name} />
          </Anchor>
        )}
      </Fact>
      {used && (
        <Fact name="Signs in at">
          <UpstreamText text={used.issuer} />
        </Fact>
      )}
    </Facts>
  )
}
