'use client'

// Connects a person to a server: says what will happen, opens the window, and waits until it is done.

import type { Server } from '@gatehouse/registry-api'
import { Alert, Anchor, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { EnterClient } from './enter-client.tsx'
import { type Connecting, useConnecting } from './use-connecting.ts'

/** Its authorization server makes us no client. */
const noRegistration = new Set(['client_registration_required', 'oauth_registration_failed'])

/** What leaving the dialog means; the window goes on without it. */
const closing: Readonly<Record<Connecting['phase'], string>> = {
  idle: 'Cancel',
  failed: 'Cancel',
  opening: 'Close',
  waiting: 'Close',
  blocked: 'Close',
  refused: 'Close',
  connected: 'Done',
}

interface Props {
  server: Server
  /** To ask for; what the server wants, where none is named. */
  scopes?: readonly string[]
  /** There is a connection already, and it will be replaced. */
  again: boolean
  onClose: () => void
}

export function ConnectDialog({ server, scopes = [], again, onClose }: Props) {
  const { may } = useWorkspace()
  const { begin, forget, state } = useConnecting(server.id, scopes)
  const verb = again ? 'Reconnect' : 'Connect'
  const done = state.phase === 'connected'
  const byHand =
    state.phase === 'failed' && noRegistration.has(toApiError(state.error).code) && may('mcp-servers:update')
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
        {byHand && <EnterClient server={server} onEntered={forget} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {closing[state.phase]}
          </Button>
          {!done && (
            <Button
              variant={
                byHand || state.phase === 'waiting' || state.phase === 'blocked' ? 'default' : 'filled'
              }
              loading={state.phase === 'opening'}
              onClick={begin}
              data-autofocus
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
    case 'failed':
      return null
    case 'idle':
      return (
        <Text>
          Your calls to {name} go under your own account there. A window opens that says where you sign in and
          what is asked for. Nothing is connected before you agree.
        </Text>
      )
    case 'opening':
      return <Busy>Asking {name} where you sign in…</Busy>
    case 'waiting':
      return (
        <Stack gap="xs">
          <Busy>Waiting for you in the other window…</Busy>
          <Text size="sm">
            Closed it, or can not find it?{' '}
            <Anchor href={state.url} target="_blank" rel="noreferrer">
              Open it once more
            </Anchor>
            , or start again.
          </Text>
          <Unheard error={state.error} />
        </Stack>
      )
    case 'blocked':
      return (
        <Stack gap="xs">
          <Alert variant="default" title="Your browser blocked the window">
            <Stack gap="sm" align="flex-start">
              <Text size="sm">Open it yourself, in a new tab. This page waits for it.</Text>
              <Button component="a" href={state.url} target="_blank" rel="noreferrer" size="compact-md">
                Open the sign-in
              </Button>
            </Stack>
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

/** The registry can't be asked how it stands. */
const Unheard = ({ error }: { error: Error | null }) =>
  error && (
    <Text size="sm" c="var(--gh-warn)">
      Gatehouse can not be asked at the moment ({toApiError(error).code}). This page tries again by itself.
    </Text>
  )
