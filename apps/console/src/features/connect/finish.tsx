'use client'
// After the authorization server: hands over what came back, tells the page that waits, closes the window. Where it can't
// be closed, and where it went wrong, it says in words what happened.

import type { FinishConnect, FinishedConnect } from '@gatehouse/registry-api'
import { Anchor, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { Loading } from '#ui/query-view.tsx'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { useFinish } from './queries.ts'
import { readReturn } from './read-return.ts'

export function Finish() {
  const finish = useFinish()
  const [came, setCame] = useState<FinishConnect | null>()
  const { mutate } = finish
  useEffect(() => {
    const body = readReturn(window.location.search)
    // What came back works once, and is nothing for a history.
    window.history.replaceState(null, '', window.location.pathname)
    setCame(body)
    if (body) mutate(body, { onSuccess: () => window.close() })
  }, [mutate])
  if (came === null) return <Nothing />
  if (finish.isSuccess) return <Done finished={finish.data} />
  if (finish.isError)
    return (
      <Failed error={finish.error} retry={() => came && mutate(came, { onSuccess: () => window.close() })} />
    )
  return (
    <>
      <Title order={1}>One moment</Title>
      <Loading rows={1} failed="The sign-in could not be finished" />
    </>
  )
}

const Done = ({ finished: { server, status } }: { finished: FinishedConnect }) => (
  <Said title={status === 'COMPLETED' ? 'You are connected' : 'You are not connected'}>
    <Text>
      {status === 'COMPLETED' ? (
        <Status tone="good">
          {server ? (
            <>
              Your calls to <UpstreamText text={server.name} /> work from now on.
            </>
          ) : (
            'Your calls work from now on.'
          )}
        </Status>
      ) : (
        <Status tone="bad">The sign-in ended without a connection. Begin again.</Status>
      )}
    </Text>
  </Said>
)

function Failed({ error, retry }: { error: Error; retry: () => void }) {
  const { status, code } = toApiError(error)
  if (code === 'oauth_denied')
    return (
      <Said title="You did not agree">
        <Text>
          The sign-in page reports that you refused. Nothing was connected and nothing is kept. Connect again
          if you change your mind.
        </Text>
      </Said>
    )
  if (code === 'oauth_state_unknown')
    return (
      <Said title="This sign-in is over">
        <Text>
          It was finished already, took longer than ten minutes, or was begun in another browser. Nothing was
          connected here. Begin again.
        </Text>
      </Said>
    )
  if (status === 401)
    return (
      <Said title="You are not signed in here">
        <Text>
          Your session at Gatehouse ended meanwhile. Nothing was connected. Sign in and begin again.
        </Text>
      </Said>
    )
  // Only where nothing took it: what came back works once.
  const again = code === 'network' || code === 'registry_unreachable'
  return (
    <Said title="The connection failed">
      <ErrorCard title="The sign-in could not be finished" error={error} retry={again ? retry : undefined} />
    </Said>
  )
}

const Nothing = () => (
  <Said title="Nothing to finish">
    <Text>This page ends a sign-in. Begin one at the console.</Text>
  </Said>
)

const Said = ({ title, children }: { title: string; children: ReactNode }) => (
  <>
    <title>{`${title} · Gatehouse`}</title>
    <Title order={1}>{title}</Title>
    {children}
    <Text size="sm" c="dimmed">
      You can close this window, or <Anchor href="/">go to the console</Anchor>.
    </Text>
  </>
)
