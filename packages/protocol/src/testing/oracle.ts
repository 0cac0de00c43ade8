// What the envelope reader has to answer, worked out from JSON.parse and a naive splitting of the text: slow and simple.

import { metaClientCapabilities, metaClientInfo, metaVersion, nameMemberOf } from '../index.ts'

/** The members that are read, by the object in which they stand. */
export const names = {
  top: ['jsonrpc', 'id', 'method', 'params', 'result', 'error'],
  params: ['name', 'uri', 'taskId', '_meta', 'protocolVersion'],
  meta: [metaVersion, metaClientInfo, metaClientCapabilities],
}

/** What stands between the commas of an array or object that JSON.parse accepts. */
function partsOf(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const token of text
    .trim()
    .slice(1, -1)
    .match(/"(?:[^"\\]|\\.)*"|[^"]/g) ?? []) {
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    if (token === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += token
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Members in their order, repeated ones too; undefined where the text is no object. */
function entriesOf(text: string | undefined): [name: string, value: string][] | undefined {
  if (!text?.trim().startsWith('{')) return undefined
  return partsOf(text).map((part) => {
    const [, name = '', value = ''] = /^("(?:[^"\\]|\\.)*")\s*:\s*(.*)$/s.exec(part) ?? []
    return [JSON.parse(name), value]
  })
}

/** Two parsers could read these members differently. */
function isAmbiguous(entries: [string, string][], known: string[]): boolean {
  const keys = entries.map(([key]) => key)
  return (
    new Set(keys).size !== keys.length ||
    keys.some((key) => key === '__proto__' || !key.isWellFormed()) ||
    keys.some((key) =>
      known.some(
        (name) =>
          key !== name &&
          new RegExp(`^${name.replaceAll('.', '\\.')}$`, 'iu').test(key.replaceAll(/[\u0130\u0131]/g, 'i')),
      ),
    )
  )
}

const depthOf = (text: string) => {
  let [depth, deepest] = [0, 0]
  for (const [bracket] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[{}[\]]/g)) {
    depth += bracket === '{' || bracket === '[' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

const string = (text: string | undefined): string | undefined =>
  text?.startsWith('"') ? (JSON.parse(text) as string) : undefined // it begins with a quote

/** What the design wants of one message; undefined for no message. */
function wanted(text: string) {
  const top = entriesOf(text)
  if (!top || isAmbiguous(top, names.top)) return undefined
  const { jsonrpc, id, method, params, result, error } = Object.fromEntries(top)
  if (jsonrpc !== '"2.0"') return undefined
  const idValue: unknown = id === undefined ? undefined : JSON.parse(id)
  if (id !== undefined && idValue !== null && typeof idValue !== 'string' && !Number.isInteger(idValue))
    return undefined
  const outcomes = [result, error].filter((outcome) => outcome !== undefined).length
  if (method === undefined)
    return outcomes === 1 && (id !== undefined || error !== undefined)
      ? { kind: 'response', id: idValue, idRaw: id, name: undefined, claimed: undefined }
      : undefined
  const methodText = string(method)
  if (outcomes > 0 || methodText === undefined || idValue === null) return undefined
  const inner = params === undefined ? [] : entriesOf(params)
  if (!inner || isAmbiguous(inner, names.params)) return undefined
  const found = Object.fromEntries(inner)
  const meta = entriesOf(found._meta) ?? []
  if (isAmbiguous(meta, names.meta)) return undefined
  const member = nameMemberOf(methodText)
  const read = {
    method: methodText,
    name: member && string(found[member]),
    requestedVersion: string(found.protocolVersion),
    claimed: string(Object.fromEntries(meta)[metaVersion]),
  }
  if (Object.values(read).some((value) => value?.isWellFormed() === false)) return undefined
  return { kind: id === undefined ? 'notification' : 'request', id: idValue, idRaw: id, ...read }
}

/** The code of the refusal, or the messages. */
export function verdict(bytes: Buffer) {
  let value: unknown
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    return 'parse_error'
  }
  if (depthOf(text) > 64) return 'parse_error'
  const texts = Array.isArray(value) ? partsOf(text) : [text]
  const messages = texts.map(wanted)
  const fine = texts.length > 0 && texts.length <= 50 && !messages.includes(undefined)
  return fine ? messages : 'invalid_message'
}
