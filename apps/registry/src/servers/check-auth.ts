// Headers and OAuth exclude each other.

import { AppError } from '@gatehouse/errors'

/** @throws AppError conflicting_auth */
export function checkAuth(authType: string, headerCount: number): void {
  if (authType === 'oauth' && headerCount > 0) throw new AppError('conflicting_auth')
}
