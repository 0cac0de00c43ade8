// An import in words: what it would do, what it did, what is wrong in its file.

import type { FileMistake, ImportResult } from '@gatehouse/registry-api'
import { count } from '#lib/format.ts'

export interface Summary {
  readonly would: string
  readonly done: string
  /** How many servers and settings it makes or changes. */
  readonly changes: number
  readonly conflicts: number
}

export function summaryOf({ servers, settings, untouched }: ImportResult): Summary {
  const of = (one: ImportResult['servers'][number]['action']) =>
    servers.filter(({ action }) => action === one).length
  const [made, changed, same, conflicts] = [of('create'), of('update'), of('unchanged'), of('conflict')]
  const rest = [
    ...(same > 0 ? [`${same} as they are in the file`] : []),
    ...(conflicts > 0 ? [`${conflicts} in conflict, left out`] : []),
    ...(untouched > 0 ? [`${untouched} here that the file does not name`] : []),
  ]
  const others = rest.length > 0 ? ` (${rest.join(', ')})` : ''
  const changes = made + changed + settings.length
  const more = settings.map(
    ({ field, before, after }) => ` ${field}: ${JSON.stringify(before)} → ${JSON.stringify(after)}.`,
  )
  return {
    would:
      changes === 0
        ? `It would change nothing${others}.`
        : `It would make ${count(made, 'server')} and change ${count(changed, 'server')}${others}.${more.join('')}`,
    done: `${count(made, 'server')} made, ${count(changed, 'server')} changed${others}.${more.join('')}`,
    changes,
    conflicts,
  }
}

/** `mistakes` of a refusal; none where it has no such list. */
export function mistakesOf(data: object): readonly FileMistake[] {
  const found: unknown = Reflect.get(data, 'mistakes')
  return Array.isArray(found) ? found.filter(isMistake) : []
}

const isMistake = (one: unknown): one is FileMistake =>
  typeof one === 'object' &&
  one !== null &&
  typeof Reflect.get(one, 'at') === 'string' &&
  typeof Reflect.get(one, 'what') === 'string'
