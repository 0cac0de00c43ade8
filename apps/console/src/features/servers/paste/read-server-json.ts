// `server.json` of the official registry (schema 2025-12-11): its remotes, with what they leave open, and its packages.

import type { Blank, Entry } from './entry.ts'
import { type Fields, isFields, textOf } from './fields.ts'
import { readStarted } from './read-started.ts'

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

export function readServerJson(server: Fields): Entry[] {
  const name = textOf(server.title) || (textOf(server.name).split('/').at(-1) ?? '')
  const remotes = [
    ...listOf(server.remotes),
    // A package that serves an address itself.
    ...listOf(server.packages).flatMap(({ transport }) =>
      isFields(transport) && transport.url ? [transport] : [],
    ),
  ]
  return [
    ...remotes.map((one) => readRemote(name, one)),
    ...listOf(server.packages)
      .filter(({ transport }) => !isFields(transport) || !transport.url)
      .map((one) => readPackage(name, one)),
  ]
}

function readRemote(name: string, remote: Fields): Entry {
  const blanks: Blank[] = []
  const open = (token: string, of: string, told: Fields) =>
    blanks.push({
      ...{ token, name: of, about: textOf(told.description), fallback: textOf(told.default) },
      choices: Array.isArray(told.choices) ? told.choices.map(String) : [],
      ...{ isSecret: told.isSecret === true, isRequired: told.isRequired === true },
    })
  const variables = (told: Fields) => {
    for (const [of, one] of Object.entries(isFields(told.variables) ? told.variables : {}))
      if (isFields(one)) open(`{${of}}`, of, one)
  }
  variables(remote)
  const headers = listOf(remote.headers).map((header) => {
    const key = textOf(header.name)
    const fixed = textOf(header.value)
    if (fixed) variables(header)
    else open(`{${key}}`, key, header)
    return { key, value: fixed || `{${key}}` }
  })
  return {
    ...{ kind: 'remote', name, url: textOf(remote.url), headers, isSse: remote.type === 'sse' },
    blanks: blanks.filter(({ token }, at) => blanks.findIndex((one) => one.token === token) === at),
  }
}

/** As the tool of its registry starts it, unless it says how itself. */
function readPackage(name: string, told: Fields): Entry {
  const [identifier, version] = [textOf(told.identifier), textOf(told.version)]
  const at = (sign: string) => (version ? `${identifier}${sign}${version}` : identifier)
  const usual: Readonly<Record<string, string[]>> = {
    npm: ['npx', '-y', at('@')],
    pypi: ['uvx', at('==')],
    oci: ['docker', 'run', '-i', '--rm', at(':')],
    nuget: ['dnx', at('@'), '--yes'],
  }
  const [runtime = '', ...start] = usual[textOf(told.registryType)] ?? [identifier]
  const args = (value: unknown) =>
    listOf(value).flatMap((one) => {
      const text =
        textOf(one.value) || textOf(one.default) || `<${textOf(one.valueHint) || textOf(one.name)}>`
      return one.type === 'named' ? [textOf(one.name), ...(one.value || one.default ? [text] : [])] : [text]
    })
  const hinted = textOf(told.runtimeHint) || runtime
  const words = [hinted, ...args(told.runtimeArguments), ...start, ...args(told.packageArguments)]
  const env = listOf(told.environmentVariables).map((one) => [textOf(one.name), ''])
  return readStarted(name, words, Object.fromEntries(env))
}
