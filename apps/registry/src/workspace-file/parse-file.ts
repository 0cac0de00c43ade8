// A file as it was sent, or every mistake in it.

import { AppError } from '@gatehouse/errors'
import {
  type FileMistake,
  type WorkspaceFile,
  workspaceFile,
  workspaceFileVersion,
} from '@gatehouse/registry-api'

/** More of them would make the answer longer than anybody reads. */
const shown = 1_000

/** @throws AppError import_invalid with `mistakes` */
export function parseFile(body: unknown): WorkspaceFile {
  const version = versionOf(body)
  if (version !== undefined && version > workspaceFileVersion)
    throw new AppError('import_invalid', {
      todo: 'Update Gatehouse; nothing was imported',
      what: `the file is of version ${version}, this Gatehouse reads ${workspaceFileVersion}`,
      data: { mistakes: [{ at: 'version', what: 'is newer than this Gatehouse' }] },
    })
  const parsed = workspaceFile.safeParse(body)
  const mistakes = parsed.success
    ? repeats(parsed.data)
    : parsed.error.issues.map(({ path, message }) => ({ at: path.join('.') || 'the file', what: message }))
  if (parsed.success && mistakes.length === 0) return parsed.data
  const first = mistakes
    .slice(0, 3)
    .map(({ at, what }) => `${at}: ${what}`)
    .join('; ')
  const more = mistakes.length > 3 ? `; and ${mistakes.length - 3} more` : ''
  throw new AppError('import_invalid', {
    what: `${first}${more}`,
    data: { mistakes: mistakes.slice(0, shown) },
  })
}

function versionOf(body: unknown): number | undefined {
  const version: unknown = typeof body === 'object' && body !== null && Reflect.get(body, 'version')
  return typeof version === 'number' ? version : undefined
}

/** What no schema of one server sees. */
function repeats({ servers }: WorkspaceFile): FileMistake[] {
  const seen = new Map<string, number>()
  return servers.flatMap(({ slug }, at) => {
    const first = seen.get(slug)
    seen.set(slug, first ?? at)
    if (first === undefined) return []
    return [{ at: `servers.${at}.slug`, what: `'${slug}' is already that of servers.${first}` }]
  })
}
