// What a change of a connection is told about: the person it belongs to; else its server, or the client that several share.

export const subjectOf = (row: {
  readonly ownerId: string | null
  readonly serverId: string | null
  readonly providerId: string
}): string => row.ownerId ?? row.serverId ?? row.providerId
