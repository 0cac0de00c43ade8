'use client'
// From headers to OAuth and back: what was stored for the one is not kept for the other.

import type { Server } from '@gatehouse/registry-api'
import { Alert } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { count } from '#lib/format.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { type Auth, authMembers, authOfServer } from './auth-choice.ts'
import { AuthFacts } from './auth-facts.tsx'
import { AuthField } from './auth-field.tsx'
import { EditSection } from './edit-section.tsx'
import { useUpdate } from './queries.ts'

interface Draft {
  readonly auth: Auth
  readonly providerId: string
}

export function ChangeAuth({ server }: { server: Server }) {
  const update = useUpdate(server.id)
  const now = {
    auth: authOfServer(server),
    providerId: authOfServer(server) === 'shared' ? (server.oauth_provider_id ?? '') : '',
  }
  const [draft, setDraft] = useState<Draft | null>(null)
  const stored = server.headers?.length ?? 0
  const losesHeaders = draft !== null && draft.auth !== 'headers' && stored > 0
  const same = draft?.auth === now.auth && draft.providerId === now.providerId
  const incomplete = draft?.auth === 'shared' && draft.providerId === ''
  const save = ({ auth, providerId }: Draft) =>
    update.mutate(
      { ...authMembers(auth, providerId), ...(losesHeaders && { headers: [] }) },
      {
        onSuccess: () => {
          setDraft(null)
          const message =
            auth === 'headers'
              ? 'No account is used any more. Set headers below if the server wants some.'
              : 'Calls go under accounts from now on.'
          notifications.show({ title: 'Authentication saved', message })
        },
      },
    )
  return (
    <EditSection
      id="authentication"
      title="Authentication"
      shown={<AuthFacts server={server} />}
      begin="Change authentication"
      onBegin={() => {
        update.reset()
        setDraft(now)
      }}
      isOpen={draft !== null}
      save="Save authentication"
      isSaving={update.isPending}
      disabled={same || incomplete}
      onSave={() => draft && save(draft)}
      onCancel={() => setDraft(null)}
    >
      {draft && (
        <AuthField
          value={draft.auth}
          onChange={(auth) => setDraft({ ...draft, auth })}
          providerId={draft.providerId}
          onProvider={(providerId) => setDraft({ ...draft, providerId })}
        />
      )}
      {losesHeaders && (
        <Alert variant="default" title={`${count(stored, 'stored header')} will be destroyed`}>
          Nobody can read them again. Calls are refused until people connect.
        </Alert>
      )}
      {now.auth !== 'headers' && draft?.auth !== now.auth && (
        <Alert variant="default" title="Its connections are not used any more">
          They stay in the list of connections until somebody disconnects them.
        </Alert>
      )}
      {update.isError && <ErrorCard title="The authentication was not saved" error={update.error} />}
    </EditSection>
  )
}
