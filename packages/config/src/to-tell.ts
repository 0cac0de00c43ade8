// What a program that can't go on says.

import { ConfigError } from './load.ts'

/** For the console: the sentence of an error that was made for a person; one that nobody expected comes whole, with its stack. */
export const toTell = (error: unknown): unknown =>
  error instanceof ConfigError || (error instanceof Error && error.name === 'Error') ? error.message : error
