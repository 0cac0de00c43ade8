'use client'
// A link to a resource, read where it stands: by the address that named it, through the gateway.

import { Button, Paper } from '@mantine/core'
import dynamic from 'next/dynamic'
import { plainly } from '#lib/invisible.ts'
import { useAddress } from '../address.ts'
import { useRun } from '../call/use-run.ts'
import { reading } from '../offers/offer.ts'

/** It shows results, which hold links. */
const RunView = dynamic(() => import('../run-view.tsx').then((module) => module.RunView))

export function ReadLink({ uri }: { uri: string }) {
  const { path, tokens } = useAddress()
  const runner = useRun(tokens)
  return (
    <>
      <div>
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`Read ${plainly(uri)}`}
          loading={runner.run?.phase === 'running'}
          onClick={() => runner.start(reading(path, uri))}
        >
          Read
        </Button>
      </div>
      {runner.run && (
        <Paper withBorder p="sm" component="section" aria-label={`What ${plainly(uri)} holds`}>
          <RunView run={runner.run} runner={runner} kind="resource" />
        </Paper>
      )}
    </>
  )
}
