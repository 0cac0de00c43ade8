'use client'
// E-mail and password of an account that is there.

import { PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { ApiError, toApiError } from '#lib/api-error.ts'

export const useSignInForm = () =>
  useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() ? null : 'Your e-mail address'),
      password: (value) => (value ? null : 'Your password'),
    },
  })

export function SignInFields({ form }: { form: ReturnType<typeof useSignInForm> }) {
  return (
    <>
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        {...form.getInputProps('password')}
      />
    </>
  )
}

/** better-auth's refusal in the words of our code table. */
export function signInError(error: Error): ApiError {
  const known = toApiError(error)
  if (known.status !== 401) return known
  const detail = 'Check both: this e-mail and password do not match an account'
  return new ApiError({ status: 401, code: 'sign_in_failed', detail, requestId: known.requestId })
}
