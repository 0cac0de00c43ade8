'use client'
// Which address, and as whom.

import type { Server } from '@gatehouse/registry-api'
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { plainly } from '#lib/invisible.ts'
import { keysRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { allServers, useChoice } from './use-choice.ts'

export function ChooseServer({
  servers,
  value,
}: {
  servers: readonly Server[]
  /** A slug, or that of all; "" where none is chosen. */
  value: string
}) {
  const { setServer } = useChoice()
  const data = servers.map(({ slug, name, enabled }) => ({
    value: slug,
    label: `${plainly(name)}${enabled ? '' : ' (off)'}`,
  }))
  return (
    <NativeSelect
      label="Server"
      data={[
        ...(value === '' ? [{ value: '', label: 'Choose a server' }] : []),
        { value: allServers, label: 'All servers, by their merged address' },
        ...data,
      ]}
      value={value}
      onChange={({ currentTarget }) => setServer(currentTarget.value)}
    />
  )
}

/** A key's permissions and servers, never more than the person's own. */
export function ChooseCaller() {
  const { id, may, me } = useWorkspace()
  const { choice, setCaller } = useChoice()
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own') })
  const own = plainly(me.user?.name ?? me.actor.name)
  const listed = (keys.data ?? []).map((key) => ({ value: key.id, label: `Key: ${plainly(key.name)}` }))
  const foreign = choice.as !== '' && !listed.some(({ value }) => value === choice.as)
  return (
    <NativeSelect
      label="Caller"
      data={[
        { value: '', label: `Yourself: ${own}` },
        ...(foreign ? [{ value: choice.as, label: `Key ${choice.as}` }] : []),
        ...listed,
      ]}
      value={choice.as}
      onChange={({ currentTarget: { value } }) => setCaller(value)}
    />
  )
}
