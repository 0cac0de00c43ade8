'use client'
// What the server proposes for a text, below its field. It is asked once somebody is in the field, and where it can be asked at all.

import { Box, Button, Group } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useState } from 'react'
import { plainly } from '#lib/invisible.ts'
import { pointer } from '../json/json.ts'

export interface Propose {
  /** What the answer depends on beside what was typed. */
  keyOf(name: string): readonly string[]
  /** Asks for what a member of the whole value could be. */
  ask(name: string, typed: string, signal: AbortSignal): Promise<readonly string[]>
}

const Proposing = createContext<Propose | null>(null)

export const ProposingProvider = Proposing.Provider

interface Props {
  readonly name: string
  /** JSON Pointer of the value. */
  readonly at: string
  readonly text: string
  readonly onPick: (text: string) => void
  /** The field. */
  readonly children: ReactNode
}

export function Proposals({ name, at, text, onPick, children }: Props) {
  const propose = use(Proposing)
  const [focused, setFocused] = useState(false)
  const [typed] = useDebouncedValue(text, 300)
  const possible = propose !== null && at === pointer('', name)
  const { data = [] } = useQuery({
    queryKey: ['proposals', ...(propose?.keyOf(name) ?? []), typed],
    queryFn: ({ signal }) => propose?.ask(name, typed, signal) ?? [],
    enabled: focused && possible,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
    refetchInterval: false,
  })
  if (!possible) return children
  return (
    <Box onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}>
      {children}
      {data.length > 0 && (
        <Group gap={4} mt={4} role="group" aria-label={`Proposed for ${plainly(name)}`}>
          {data.map((one) => (
            <Button
              key={one}
              variant="default"
              size="compact-xs"
              maw="100%"
              fw={400}
              onClick={() => onPick(one)}
            >
              {plainly(one)}
            </Button>
          ))}
        </Group>
      )}
    </Box>
  )
}
