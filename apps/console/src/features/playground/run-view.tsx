'use client'
// A run as it goes on, and how it ended.

import { Button, Group, Loader, Stack, Text } from '@mantine/core'
import { ErrorCard } from '#ui/error-card.tsx'
import { useAddress } from './address.ts'
import type { Run } from './call/run.ts'
import type { Runner } from './call/use-run.ts'
import type { Json } from './json/json.ts'
import type { Offer } from './offers/offer.ts'
import { Questions } from './questions.tsx'
import { Legs } from './result/legs.tsx'
import { Notifications } from './result/notifications.tsx'
import { OutcomeView } from './result/outcome-view.tsx'

interface Props {
  readonly run: Run
  readonly runner: Runner
  /** Of what is tried. */
  readonly kind: Offer['kind']
  readonly outputSchema?: Json | undefined
}

export function RunView({ run, runner, kind, outputSchema }: Props) {
  const { server } = useAddress()
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
            server={server?.name ?? 'The server'}
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
        <ErrorCard title="The call was not made" error={error} retry={() => runner.start(run.asked)} />
      )}
      {phase === 'over' && outcome && outcome.kind !== 'asks' && (
        <OutcomeView key={rounds.length} outcome={outcome} kind={kind} outputSchema={outputSchema} />
      )}
      {rounds.length > 0 && phase !== 'running' && <Legs rounds={rounds} />}
    </Stack>
  )
}
