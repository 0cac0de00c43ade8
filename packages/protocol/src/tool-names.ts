// Names on the aggregate endpoint: `{slug}__{name}`. Slugs hold no underscore, so nothing collides but what is shortened,
// and that carries a digest. A name never depends on who asks.

import { createHash } from 'node:crypto'

const plain = /^[A-Za-z0-9_-]{1,64}$/
const digested = /_[0-9a-f]{8}$/

/** The name under which the aggregate endpoint offers a server's tool or prompt. */
export function exposedName(slug: string, name: string): string {
  const whole = `${slug}__${name}`
  if (plain.test(whole)) return whole
  const digest = createHash('sha256').update(`${slug}\0${name}`).digest('hex').slice(0, 8)
  const safe = whole.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64 - 9)
  return `${safe}_${digest}`
}

/** The server that an exposed name belongs to; undefined when it has no prefix. */
export function slugOf(exposed: string): string | undefined {
  const end = exposed.indexOf('__')
  return end > 0 ? exposed.slice(0, end) : undefined
}

/** The server's own name, where it can be told without its list; undefined where the name may have been changed further. */
export function ownName(slug: string, exposed: string): string | undefined {
  if (!exposed.startsWith(`${slug}__`) || !plain.test(exposed) || digested.test(exposed)) return undefined
  return exposed.slice(slug.length + 2)
}
