'use client'
// Whether structured content is what the tool's own schema promises.

import { List, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { Status } from '#ui/status.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { validate } from '../check/validate.ts'
import type { Json } from '../json/json.ts'

export function Fits({ schema, value }: { schema: Json | undefined; value: Json }) {
  // Neither changes as long as this is shown, and either may be megabytes.
  const self = useId()
  const { data } = useQuery({
    queryKey: ['fits', self],
    queryFn: () => validate(schema ?? true, value),
    enabled: schema !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (schema === undefined) return <Text size="sm">The tool has no schema for its output.</Text>
  if (data === undefined) return null
  if (data.unsure !== undefined)
    return (
      <Status tone="neutral">
        Its schema can not be checked here: <UpstreamText text={data.unsure} />
      </Status>
    )
  if (data.problems.length === 0) return <Status tone="good">It fits the schema of the tool's output</Status>
  return (
    <div>
      <Status tone="bad">It does not fit the schema of the tool's output</Status>
      <List size="sm">
        {data.problems.slice(0, 20).map(({ at, what }) => (
          <List.Item key={`${at} ${what}`}>
            <code>
              <UpstreamText text={at || '(the whole)'} />
            </code>
            : <UpstreamText text={what} />
          </List.Item>
        ))}
      </List>
    </div>
  )
}
