// Which keys a list shows, and in which order.

import type { ApiKey } from '@gatehouse/registry-api'

export const orders = ['name', 'newest', 'used'] as const
export type Order = (typeof orders)[number]

/** Those whose name or prefix contains every word of `search`. */
export function sortKeys(keys: readonly ApiKey[], search: string, order: Order): ApiKey[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = keys.filter(({ name, prefix }) => {
    const text = `${name} ${prefix}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return found.sort((a, b) => {
    if (order === 'newest') return b.created_at.localeCompare(a.created_at)
    if (order === 'used') return (b.last_used_at ?? '').localeCompare(a.last_used_at ?? '')
    return a.name.localeCompare(b.name)
  })
}
