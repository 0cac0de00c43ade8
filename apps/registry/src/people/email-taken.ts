// Two people with one e-mail address: the database refuses the second.

import { AppError } from '@gatehouse/errors'
import { Prisma } from '../generated/client.ts'

/** For a transaction that makes or names an account and nothing else that is unique. @throws AppError email_taken, or what was thrown */
export function asEmailTaken(error: unknown): never {
  const taken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
  throw taken ? new AppError('email_taken') : error
}
