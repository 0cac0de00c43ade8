'use client'
// E-mail and password of an account that is there.

import { PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useEffect, useRef } from 'react'
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
  const email = useTypedBefore((value) => form.setFieldValue('email', value))
  const password = useTypedBefore((value) => form.setFieldValue('password', value))
  return (
    <>
      <TextInput
        ref={email}
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        {...form.getInputProps('email')}
      />
      <PasswordInput
        ref={password}
        label="Password"
        autoComplete="current-password"
        required
        visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        {...form.getInputProps('password')}
      />
    </>
  )
}

/** For an input that comes with the page: what was typed, or filled in by the browser, before the page came alive is taken over. */
function useTypedBefore(take: (value: string) => void) {
  const input = useRef<HTMLInputElement>(null)
  const first = useRef(take)
  useEffect(() => {
    if (input.current?.value) first.current(input.current.value)
  }, [])
  return input
}

/** better-auth's refusal in the words of our code table. */
export function signInError(error: Error): ApiError {
  const known = toApiError(error)
  if (known.status !== 401) return known
  const detail = 'Check both: this e-mail and password do not match an account'
  return new ApiError({ status: 401, code: 'sign_in_failed', detail, requestId: known.requestId })
}
