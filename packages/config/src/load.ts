// Environment to typed values, all mistakes at once.

import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { gatehouseNames } from './names.ts'

/** One setting: its schema over the environment's text (undefined when unset) and a sentence for the table in the README. */
export interface Setting<S extends z.ZodType = z.ZodType> {
  readonly schema: S
  readonly about: string
  /** Shown in the table where there is a default. */
  readonly fallback?: string
  /** `NAME_FILE` may name a file that holds the value. */
  readonly secret?: boolean
}

export type Settings = Readonly<Record<string, Setting>>
export type Values<T extends Settings> = { readonly [K in keyof T]: z.output<T[K]['schema']> }
export type Environment = Readonly<Record<string, string | undefined>>

/** All mistakes of a configuration, one line each. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]

  constructor(app: string, mistakes: readonly string[]) {
    super(
      `${app} can not start, ${mistakes.length} setting(s) to correct:\n${mistakes.map((m) => `  ${m}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

/**
 * Reads `settings` from `env`. Empty text counts as unset. A variable that starts with GATEHOUSE_ and is in neither
 * `settings` nor `known` (all optional settings of the product) is a mistake: a misspelt limit must not silently be none.
 * @throws ConfigError with every mistake
 */
export function loadConfig<const T extends Settings>(
  app: string,
  settings: T,
  env: Environment,
  known: readonly string[] = gatehouseNames,
): Values<T> {
  const mistakes: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings)) {
    const text = readText(name, setting, env, mistakes)
    const parsed = setting.schema.safeParse(text)
    if (parsed.success) values[name] = parsed.data
    else
      mistakes.push(
        `${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')} (${setting.about})`,
      )
  }
  const names = new Set([...Object.keys(settings), ...known])
  for (const name of Object.keys(env)) {
    if (!name.startsWith('GATEHOUSE_') || names.has(name)) continue
    if (name.endsWith('_FILE') && names.has(name.slice(0, -'_FILE'.length))) continue
    mistakes.push(`${name}: no such setting; correct its spelling or remove it`)
  }
  if (mistakes.length > 0) throw new ConfigError(app, mistakes)
  return values as Values<T> // each key was parsed by its own schema just above
}

function readText(name: string, setting: Setting, env: Environment, mistakes: string[]): string | undefined {
  const direct = env[name] || undefined
  const file = setting.secret ? env[`${name}_FILE`] || undefined : undefined
  if (file === undefined) return direct
  if (direct !== undefined) {
    mistakes.push(`${name}: set either ${name} or ${name}_FILE, not both`)
    return direct
  }
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    mistakes.push(`${name}_FILE: ${(cause as Error).message}`)
    return undefined
  }
}
