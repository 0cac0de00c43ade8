'use client'

// Connects a person to a server: says what will happen, opens the window, and waits until it is done.

import type { Server } from '@gatehouse/registry-api'
import { Alert, Anchor, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { plainly } from '#lib/invisible.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { type Connecting, useConnecting } from './use-connecting.ts'

interface Props {
  server: Server
  /** There is a connection already, and it will be replaced. */
  again: boolean
  onClose: () => void
}

export function ConnectDialog({ server, again, onClose }: Props) {
  const { begin, state } = useConnecting(server.id)
  const verb = again ? 'Reconnect' : 'Connect'
  const done = state.phase === 'connected'
  return (
    <Modal
      opened
      onClose={onClose}
      title={`${verb} to ${plainly(server.name)}`}
      closeOnClickOutside={state.phase === 'idle' || done}
    >
      <Stack>
        <div role="status">
          <Progress state={state} server={server} />
        </div>
        {state.phase === 'failed' && (
          <ErrorCard title="The connection could not be begun" error={state.error} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} {...(!done && { 'data-autofocus': true })}>
            {done ? 'Done' : 'Cancel'}
          </Button>
          {!done && (
            <Button
              variant={state.phase === 'waiting' || state.phase === 'blocked' ? 'default' : 'filled'}
              loading={state.phase === 'opening'}
              onClick={begin}
            >
              {state.phase === 'idle' || state.phase === 'opening' ? verb : 'Start again'}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}

function Progress({ state, server }: { state: Connecting; server: Server }): ReactNode {
  const name = <UpstreamText text={server.name} />
  switch (state.phase) {
    case 'idle':
    case 'failed':
      return (
        <Text>
          {name} wants to know who calls it. A window opens that shows where you sign in and what is asked
          for; nothing is connected before you agree there.
        </Text>
      )
    case 'opening':
      return <Busy>Asking {name} where you sign in…</Busy>
    case 'waiting':
      return (
        <Stack gap="xs">
          <Busy>Waiting for you in the other window…</Busy>
          <Text size="sm">
            Closed it, or can not find it? <WindowLink url={state.url}>Open it once more</WindowLink>, or
            start again.
          </Text>
          <Unheard error={state.error} />
        </Stack>
      )
    case 'blocked':
      return (
        <Stack gap="xs">
          <Alert variant="default" title="Your browser blocked the window">
            <WindowLink url={state.url}>Open the sign-in in a new tab</WindowLink>. This page goes on waiting
            for it.
          </Alert>
          <Unheard error={state.error} />
        </Stack>
      )
    case 'connected':
      return <Status tone="good">You are connected to {name}. Calls work from now on.</Status>
    case 'refused':
      return (
        <Stack gap="xs">
          <Status tone="bad">
            {state.code === 'oauth_denied' ? 'You did not agree' : 'You are not connected'}
          </Status>
          <Text size="sm">
            {state.code === 'oauth_denied'
              ? 'The sign-in was refused in the other window. Nothing was connected and nothing is kept.'
              : 'The sign-in was refused, failed, or took longer than ten minutes. Nothing was connected.'}
          </Text>
        </Stack>
      )
  }
}

const Busy = ({ children }: { children: ReactNode }) => (
  <Group gap="xs" wrap="nowrap">
    <Loader size="xs" aria-hidden="true" />
    <Text>{children}</Text>
  </Group>
)

const WindowLink = ({ url, children }: { url: string; children: ReactNode }) => (
  <Anchor href={url} target="_blank" rel="noreferrer">
    {children}
  </Anchor>
)

/** The registry can't be asked how it stands. */
const Unheard = ({ error }: { error: Error | null }) =>
  error && (
    <Text size="sm" c="var(--gh-warn)">
      Gatehouse can not be asked at the moment ({toApiError(error).code}). This page tries again by itself.
    </Text>
  )
