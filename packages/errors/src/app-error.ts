// The one error that our code throws on purpose. Renderers decide how each audience sees it.

import { type Code, codes } from './codes.ts'

export interface AppErrorOptions {
  /** What happened, more exactly than the code table says; ends up after the colon in `detail`. Never a secret. */
  readonly what?: string
  /** What to do, where the table's sentence is not exact enough. */
  readonly todo?: string
  /** For the operator's log only. */
  readonly cause?: unknown
  /** Extra members of the JSON body, for programs. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly retryAfterS?: number
}

/** An error with a code, a sentence for the person and a cause for the log. */
export class AppError extends Error {
  readonly code: Code
  readonly status: number
  /** What happened, without what to do. */
  readonly what: string
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly retryAfterS: number | undefined

  constructor(code: Code, options: AppErrorOptions = {}) {
    const row = codes[code]
    const what = options.what ?? row.what
    super(
      `${options.todo ?? row.todo}: ${what}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'AppError'
    this.code = code
    this.what = what
    this.status = row.status
    this.data = options.data
    this.retryAfterS = options.retryAfterS
  }

  /** The JSON-RPC code that goes with it on /mcp/ addresses; -32603 where the table names none. */
  get rpcCode(): number {
    const row: { rpc?: number } = codes[this.code]
    return row.rpc ?? -32603
  }
}

/** The error itself, or an `internal_error` that keeps the thrown thing as its cause. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError('internal_error', { cause: thrown })
}
