'use client'
// What somebody chooses who comes in for the first time: a name, an e-mail address, a password.

import { PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { fieldOf, halves, toApiError } from '#lib/api-error.ts'

const fields = ['name', 'email', 'password']
export const leastPassword = 12

export function useAccountForm(email = '') {
  return useForm({
    initialValues: { name: '', email, password: '' },
    validate: {
      name: (value) => (value.trim() ? null : 'Say how others see you'),
      email: (value) => (/^\S+@\S+\.\S+$/.test(value) ? null : 'An e-mail address, like ada@example.com'),
      password: (value) => (value.length >= leastPassword ? null : `At least ${leastPassword} characters`),
    },
  })
}

type AccountForm = ReturnType<typeof useAccountForm>

/** Puts a refusal on its field. */
export function onField(form: AccountForm, error: unknown): void {
  const known = toApiError(error)
  const field = fieldOf(known, fields)
  if (field) form.setFieldError(field, halves(known.detail).what)
}

/** True where the refusal is on a field already. */
export const isOnField = (error: unknown) => fieldOf(toApiError(error), fields) !== undefined

export function AccountFields({ form }: { form: AccountForm }) {
  return (
    <>
      <TextInput label="Name" autoComplete="name" required {...form.getInputProps('name')} />
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        {...form.getInputProps('email')}
      />
      <PasswordInput
        label="Password"
        description={`At least ${leastPassword} characters. A sentence is fine.`}
        autoComplete="new-password"
        required
        visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        {...form.getInputProps('password')}
      />
    </>
  )
}
