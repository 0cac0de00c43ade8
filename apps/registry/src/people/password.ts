// What a password must be, and how it is kept.

import { AppError } from '@gatehouse/errors'
import { hashPassword } from 'better-auth/crypto'

export const minPasswordLength = 12

/** @returns what is stored @throws AppError weak_password */
export async function hashNewPassword(password: string): Promise<string> {
  if (password.length < minPasswordLength) throw new AppError('weak_password')
  return hashPassword(password)
}
