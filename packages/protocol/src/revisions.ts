// The protocol's revisions and the two eras they fall into.

export type Era = 'legacy' | 'modern'

/** Revisions with a handshake, newest first. https://modelcontextprotocol.io/specification/versioning */
export const legacyRevisions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

/** Revisions without one: every request carries its own metadata. */
export const modernRevisions = ['2026-07-28'] as const

/** Revisions are dates, so their order is that of text. */
export const isModern = (version: string): boolean => version >= modernRevisions[0]
