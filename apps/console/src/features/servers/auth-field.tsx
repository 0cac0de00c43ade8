'use client'
// How callers prove who they are to the server: headers that everybody shares, an account of each person by a client of their
// own, or by one client that all share.

import { Anchor, NativeSelect, Radio, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { plainly } from '#lib/invisible.ts'
import { providersRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { type Auth, authOf } from './auth-choice.ts'

interface Props {
  value: Auth
  onChange: (value: Auth) => void
  /** Of the shared provider; "" where none is chosen. */
  providerId: string
  onProvider: (id: string) => void
  error?: ReactNode
}

export function AuthField({ value, onChange, providerId, onProvider, error }: Props) {
  return (
    <>
      <Radio.Group label="Authentication" value={value} onChange={(chosen) => onChange(authOf(chosen))}>
        <Stack gap="xs" mt={4}>
          <Radio value="headers" label="None, or headers that are the same for every caller" />
          <Radio value="oauth" label="OAuth: each person connects an account of their own" />
          <Radio value="shared" label="OAuth by a provider that was entered by hand and that all share" />
        </Stack>
      </Radio.Group>
      {value === 'shared' && <SharedProvider value={providerId} onChange={onProvider} error={error} />}
    </>
  )
}

interface SharedProps {
  value: string
  onChange: (id: string) => void
  error: ReactNode
}

function SharedProvider({ value, onChange, error }: SharedProps) {
  const { id, to } = useWorkspace()
  const providers = useQuery(providersRead(id))
  const link = (
    <Anchor component={Link} href={to('/connections/providers?enter=true')}>
      Enter a provider
    </Anchor>
  )
  return (
    <QueryView query={providers} failed="The OAuth providers could not be loaded" rows={1}>
      {(all) => {
        const shared = all.filter(({ server_id, owner_id }) => server_id === null && owner_id === null)
        if (shared.length === 0)
          return <Text size="sm">No provider is entered yet that servers could share. {link} first.</Text>
        return (
          <NativeSelect
            label="OAuth provider"
            required
            description="People connect accounts by this client. Where its authorization server allows that, calls of who has none go in its own name."
            data={[
              { value: '', label: 'Choose one' },
              ...shared.map((one) => ({
                value: one.id,
                label: `${plainly(one.name)} (${plainly(one.issuer)})`,
              })),
            ]}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            error={error}
          />
        )
      }}
    </QueryView>
  )
}
