// A workspace as a file: what an operator has set up, without a secret and without an id, so that it fits another workspace too.
// People, API keys, connections, calls and the audit trail are no part of it.

import { z } from 'zod'
import { slug } from './primitives.ts'
import { eraPin } from './server-settings.ts'
import { authType, oauthMode } from './servers.ts'
import { workspaceSettings } from './settings.ts'

/** Raised when a reader of the version before would misread it. */
export const workspaceFileVersion = 1

/** Longest file that is read, in bytes. */
export const maxWorkspaceFileBytes = 16 * 1024 * 1024

/** As much as the registry stores anywhere: what it exported it reads again. */
const text = (max = 1_048_576) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'has a character that is not text')

/** A server as it is set up. `headers` are names: their values stay where they are, and are entered by hand elsewhere. */
export const fileServer = z.strictObject({
  slug,
  name: text(256).min(1),
  url: text(2_048).min(1),
  auth_type: z.union([authType, z.literal('')]),
  oauth_mode: z.union([oauthMode, z.literal('')]),
  /** The shared client that it uses, told by what the authorization server knows of it. */
  oauth_client: z.strictObject({ issuer: text(), client_id: text() }).nullable(),
  headers: z.array(text()).max(50),
  vendor_id: text().nullable(),
  external_system_id: text().nullable(),
  enabled: z.boolean(),
  era: eraPin,
  call_timeout_s: z.int().min(1).max(900).nullable(),
  max_concurrent: z.int().min(1).max(1_024).nullable(),
  disabled_tools: z.array(text()).max(100_000),
})
export type FileServer = z.output<typeof fileServer>

/** Settings of the workspace itself. Files of before capture mode have one only: the others stay. */
export const fileSettings = z.strictObject(
  workspaceSettings
    .pick({ call_record_days: true, captured_body_days: true, audit_days: true })
    .partial({ captured_body_days: true, audit_days: true }).shape,
)
export type FileSettings = z.output<typeof fileSettings>

const maxServers = 10_000

/** A file whose servers are not judged yet. */
export const workspaceFrame = z.strictObject({
  format: z.literal('gatehouse-workspace'),
  version: z.literal(workspaceFileVersion),
  /** Absent: those of the workspace stay as they are. */
  settings: fileSettings.optional(),
  servers: z.array(z.unknown()).max(maxServers),
})

/** Answer of `GET /v1/export`, body of `POST /v1/import`. The same state gives the same bytes. */
export const workspaceFile = z.strictObject({
  ...workspaceFrame.shape,
  /** By slug. */
  servers: z.array(fileServer).max(maxServers),
})
export type WorkspaceFile = z.output<typeof workspaceFile>

/** Query of `POST /v1/import`. */
export const importQuery = z.strictObject({
  /** True: only says what would happen. */
  dry_run: z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => value === 'true'),
  /** What is in the way: nothing at all is imported, or everything else. */
  conflicts: z.enum(['refuse', 'skip']).default('refuse'),
})

const change = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })

/** What an import does with one server of the file. */
export const importStep = z.object({
  slug: z.string(),
  name: z.string(),
  action: z.enum(['create', 'update', 'unchanged', 'conflict']),
  /** Of an update. */
  changes: z.array(change),
  /** Of a conflict: what is in the way. */
  problem: z.string().nullable(),
  /** What the file can't bring and somebody has to enter: names of headers, an OAuth client. */
  to_enter: z.array(z.string()),
})
export type ImportStep = z.output<typeof importStep>

/** Answer of `POST /v1/import`. */
export const importResult = z.object({
  /** False for a dry run. */
  applied: z.boolean(),
  /** What changes in the settings of the workspace. */
  settings: z.array(change),
  /** In the order of the file. */
  servers: z.array(importStep),
  /** Servers of the workspace that the file doesn't name: they stay as they are. */
  untouched: z.int(),
})
export type ImportResult = z.output<typeof importResult>

/** One thing that is wrong in a file: where, for example `servers.3.url`, and what. */
export interface FileMistake {
  readonly at: string
  readonly what: string
}
