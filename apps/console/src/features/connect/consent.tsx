'use client'
// Before the authorization server: which server asks, where one signs in, for what. Only a person's own link shows anything.

import type { ConnectLink } from '@gatehouse/registry-api'
import { Anchor, Button, List, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { toApiError } from '#lib/api-error.ts'
import { meRead } from '#lib/reads.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { Loading } from '#ui/query-view.tsx'
import { TimeAgo } from '#ui/time-ago.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { connectRead, useContinue } from './queries.ts'

export function Consent({ token }: { token: string }) {
  const link = useQuery(connectRead(token))
  if (link.data) return <Ask token={token} link={link.data} />
  if (!link.isError)
    return <Loading rows={3} failed="The link could not be checked" retry={() => void link.refetch()} />
  const { status } = toApiError(link.error)
  if (status === 404) return <NoLink />
  if (status === 401) return null // on the way to signing in
  return (
    <>
      <Title order={1}>Your link</Title>
      <ErrorCard
        title="The link could not be checked"
        error={link.error}
        retry={() => void link.refetch()}
        heals
      />
    </>
  )
}

function Ask({ token, link }: { token: string; link: ConnectLink }) {
  const me = useQuery(meRead())
  const go = useContinue(token)
  const host = <UpstreamText text={link.provider.issuer_host} />
  const gone = go.isError && toApiError(go.error).status === 404
  if (gone) return <NoLink />
  return (
    <>
      <Title order={1} className="gh-break">
        {link.server ? (
          <>
            Connect to <UpstreamText text={link.server.name} />
          </>
        ) : (
          'Connect an account'
        )}
      </Title>
      <Text>
        You sign in at <strong className="gh-break">{host}</strong>. Gatehouse then calls this server with
        what you allow there, for you alone.
      </Text>
      <Facts>
        <Fact name="You are">{me.data?.user?.name ?? ''}</Fact>
        <Fact name="Sign-in at">{host}</Fact>
        <Fact name="Asks for">
          {link.scopes.length === 0 ? (
            'Whatever that page names'
          ) : (
            <List size="sm" listStyleType="none">
              {link.scopes.map((scope) => (
                <List.Item key={scope}>
                  <code className="gh-break">
                    <UpstreamText text={scope} />
                  </code>
                </List.Item>
              ))}
            </List>
          )}
        </Fact>
        <Fact name="Link expires">
          <TimeAgo at={link.expires_at} />
        </Fact>
      </Facts>
      <Text size="sm" c="dimmed">
        Go on only if you asked for this connection yourself.
      </Text>
      {go.isError && <ErrorCard title="The sign-in could not be opened" error={go.error} />}
      <Button
        onClick={() => go.mutate()}
        loading={go.isPending || go.isSuccess}
        h="auto"
        mih={36}
        py="xs"
        styles={{ label: { whiteSpace: 'normal', overflowWrap: 'anywhere' } }}
      >
        <span>Continue to {host}</span>
      </Button>
    </>
  )
}

function NoLink() {
  return (
    <>
      <Title order={1}>This link does not work</Title>
      <Text>It is unknown, was used already, has expired, or belongs to somebody else.</Text>
      <Text>A link to connect with works once, for ten minutes, and only for who asked for it.</Text>
      <Anchor href="/">Go to the console and connect there</Anchor>
    </>
  )
}
