'use client'
// What an authorization server gave to a client that was registered there by hand. What is secret is never shown again.

import type { OAuthProvider } from '@gatehouse/registry-api'
import { NativeSelect, PasswordInput, Text, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { installationRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { CodeBlock } from './code-block.tsx'
import { QueryView } from './query-view.tsx'

export interface ClientValues {
  readonly client_id: string
  readonly client_secret: string
  readonly auth_method: OAuthProvider['auth_method']
}

export const noClient: ClientValues = {
  client_id: '',
  client_secret: '',
  auth_method: 'client_secret_basic',
}

export const validateClient = {
  client_id: (value: string) => (value.trim() ? null : 'What the authorization server calls us'),
  client_secret: (value: string, { auth_method }: ClientValues) =>
    value || auth_method === 'none' ? null : 'It proves itself with this',
}

/** The members of a request. */
export const clientBody = ({ client_id, client_secret, auth_method }: ClientValues) => ({
  client_id: client_id.trim(),
  auth_method,
  ...(auth_method !== 'none' && { client_secret }),
})

export const clientFields = ['client_id', 'client_secret', 'auth_method']

export const methodWords: Readonly<Record<OAuthProvider['auth_method'], string>> = {
  client_secret_basic: 'Its secret in the Authorization header',
  client_secret_post: 'Its secret in the body',
  private_key_jwt: 'A private key that signs',
  none: 'Nothing: a public client',
}

/** @param form its values may hold more than the client's */
export function ClientFields<V extends ClientValues>({ form }: { form: UseFormReturnType<V> }) {
  const { auth_method } = form.values
  const secret = {
    description: 'Stored encrypted, never shown again.',
    autoComplete: 'new-password',
    required: true,
    ...form.getInputProps('client_secret'),
  }
  return (
    <>
      <RedirectUri />
      <TextInput label="Client id" required autoComplete="off" {...form.getInputProps('client_id')} />
      <NativeSelect
        label="Proves itself at the token endpoint by"
        data={Object.entries(methodWords).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('auth_method')}
      />
      {auth_method === 'private_key_jwt' ? (
        <Textarea label="Private key, as PKCS#8 PEM or JWK" autosize minRows={3} maxRows={8} {...secret} />
      ) : (
        auth_method !== 'none' && (
          <PasswordInput
            label="Client secret"
            visibilityToggleButtonProps={{ 'aria-label': 'Show client secret' }}
            {...secret}
          />
        )
      )}
    </>
  )
}

function RedirectUri() {
  const { id } = useWorkspace()
  const installation = useQuery(installationRead(id))
  return (
    <>
      <Text size="sm">Register a client there by hand, with this redirect URI, and enter it here:</Text>
      <QueryView query={installation} failed="The redirect URI could not be loaded" rows={1}>
        {({ oauth_redirect_uri }) => <CodeBlock text={oauth_redirect_uri} what="redirect URI" />}
      </QueryView>
    </>
  )
}
