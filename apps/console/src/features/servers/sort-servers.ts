// Which servers a list shows, and in which order.

import type { Server } from '@gatehouse/registry-api'

export const orders = ['name', 'newest', 'changed'] as const
export type Order = (typeof orders)[number]

/** Those whose name, slug or URL contains every word of `search`. */
export function sortServers(servers: readonly Server[], search: string, order: Order): Server[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = servers.filter(({ name, slug, url }) => {
    const text = `${name} ${slug} ${url}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return found.sort((a, b) => {
    if (order === 'newest') return b.created_at.localeCompare(a.created_at)
    if (order === 'changed') return b.updated_at.localeCompare(a.updated_at)
    return a.name.localeCompare(b.name)
  })
}
