'use client'
// A run as it goes on, and how it ended.

import type { Server } from '@gatehouse/registry-api'
import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import type { Run } from './call/run.ts'
import type { Runner } from './call/use-run.ts'
import { Questions } from './questions.tsx'
import type { Tool } from './reads.ts'
import { Legs } from './result/legs.tsx'
import { Notifications } from './result/notifications.tsx'
import { OutcomeView } from './result/outcome-view.tsx'

interface Props {
  readonly run: Run
  readonly server: Server
  readonly tool: Tool
  readonly runner: Runner
}

export function RunView({ run, server, tool, runner }: Props) {
  const { phase, outcome, rounds, notifications, error } = run
  return (
    <Stack>
      <Notifications messages={notifications} />
      {phase === 'running' && (
        <Group gap="xs" role="status">
          <Loader size="xs" aria-hidden="true" />
          <Text>Waiting for {rounds.length === 0 ? 'the answer' : 'what comes next'}…</Text>
        </Group>
      )}
      {phase === 'asked' && outcome?.kind === 'asks' && (
        <>
          <Questions
            key={rounds.length}
            server={server.name}
            questions={outcome.questions}
            onAnswer={runner.answer}
          />
          <div>
            <Button variant="default" onClick={runner.cancel}>
              Cancel the call
            </Button>
          </div>
        </>
      )}
      {phase === 'over' && error !== undefined && (
        <ErrorCard title="The call was not made" error={error} retry={() => runner.start(run.call)} />
      )}
      {phase === 'over' && outcome && outcome.kind !== 'asks' && (
        <OutcomeView key={rounds.length} outcome={outcome} outputSchema={tool.outputSchema} />
      )}
      {rounds.length > 0 && phase !== 'running' && <Legs rounds={rounds} />}
    </Stack>
  )
}
