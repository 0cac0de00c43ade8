'use client'
// What a one-time link opens: the owner's account to claim, a way in, or a new password. The token is in the fragment, which nobody is sent.

import { Anchor, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { Loading } from '#ui/query-view.tsx'
import { ClaimForm } from './claim-form.tsx'
import { LinkForm } from './link-form.tsx'
import { linkRead } from './queries.ts'
import { useLinkToken } from './use-link-token.ts'

export function Claim() {
  const token = useLinkToken()
  const link = useQuery({ ...linkRead(token ?? ''), enabled: Boolean(token) })
  if (token === '') return <NoLink what="This address has no link in it." />
  if (link.data?.kind === 'claim') return <ClaimForm token={token ?? ''} />
  if (link.data) return <LinkForm token={token ?? ''} resets={link.data.kind === 'reset'} />
  if (!link.isError) return <Loading rows={3} failed="The link could not be checked" />
  const { code } = toApiError(link.error)
  if (code === 'link_invalid')
    return <NoLink what="This link is unknown, was used already, or has expired." />
  return (
    <>
      <Title order={1}>Your link</Title>
      <ErrorCard title="The link could not be checked" error={link.error} retry={() => void link.refetch()} />
    </>
  )
}

function NoLink({ what }: { what: string }) {
  return (
    <>
      <Title order={1}>This link does not work</Title>
      <Text>{what} A link works once, and for a limited time.</Text>
      <Text>
        Start Gatehouse again with <code>npm start</code>, or run <code>npm run owner-link</code> in the
        registry's folder: both print a new one. Who lost a password asks an owner or admin.
      </Text>
      <Anchor href="/sign-in">Sign in with e-mail and password</Anchor>
    </>
  )
}
