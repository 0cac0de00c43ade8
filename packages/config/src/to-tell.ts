// What a program that can't go on says.

import { ConfigError } from './load.ts'

/** For the console: the sentence of an error that was made for a person; one that nobody expected comes whole, with its stack. */
export const toTell = (error: unknown): unknown =>
  error instanceof ConfigError || (error instanceof Error && error.name === 'Error') ? error.message : error

/** Where the start of a program fails, that is told and the process ends with 1. */
export async function startOrTell(start: () => Promise<void>): Promise<void> {
  try {
    await start()
  } catch (error) {
    console.error(toTell(error))
    process.exit(1)
  }
}
