'use client'
// Which server, and as whom.

import type { Server } from '@gatehouse/registry-api'
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { plainly } from '#lib/invisible.ts'
import { keysRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { useChoice } from './use-choice.ts'

export function ChooseServer({
  servers,
  server,
}: {
  servers: readonly Server[]
  server: Server | undefined
}) {
  const { set } = useChoice()
  const data = servers.map(({ slug, name, enabled }) => ({
    value: slug,
    label: `${plainly(name)}${enabled ? '' : ' (off)'}`,
  }))
  return (
    <NativeSelect
      label="Server"
      data={[...(server ? [] : [{ value: '', label: 'Choose a server' }]), ...data]}
      value={server?.slug ?? ''}
      onChange={({ currentTarget: { value } }) => void set({ server: value, tool: null, arguments: null })}
    />
  )
}

/** A key's permissions and servers, never more than the person's own. */
export function ChooseCaller() {
  const { id, may, me } = useWorkspace()
  const { choice, set } = useChoice()
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
      onChange={({ currentTarget: { value } }) => void set({ as: value || null })}
    />
  )
}
