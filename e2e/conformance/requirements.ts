// Which scenarios a revision of the protocol requires, as the suite's own frozen lists say.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { suiteFolder } from './suite.ts'

/** Each era by the revision that stands for it. */
export const revisions = { legacy: '2025-11-25', modern: '2026-07-28' } as const

export type Revision = (typeof revisions)[keyof typeof revisions]

export interface Requirements {
  readonly scored: readonly string[]
  /** Run and reported, but not required: extensions, and what came later. */
  readonly unscored: readonly string[]
}

interface RequirementsFile {
  readonly server: string[]
  readonly client: string[]
  readonly not_scored: { scenario: string; leg: 'server' | 'client' }[]
}

/** @param role who is tested; `client-auth` is a client at servers that want OAuth */
export function requirements(revision: Revision, role: 'server' | 'client' | 'client-auth'): Requirements {
  const text = readFileSync(join(suiteFolder, 'requirements', `${revision}.yaml`), 'utf8')
  const file = parse(text) as RequirementsFile // of the pinned suite
  const isAuth = role === 'client-auth'
  const tested = isAuth ? 'client' : role
  const wanted = (scenario: string) => scenario.startsWith('auth/') === isAuth
  return {
    scored: file[tested].filter(wanted),
    unscored: file.not_scored
      .filter(({ leg }) => leg === tested)
      .map(({ scenario }) => scenario)
      .filter(wanted),
  }
}
