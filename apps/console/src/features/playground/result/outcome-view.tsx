'use client'
// How a call ended: who says so first, then what it says, and all of it as it came.

import { Alert, Stack, Text } from '@mantine/core'
import { Icon, type IconName } from '#ui/icons.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import type { Outcome } from '../call/outcome.ts'
import type { Json } from '../json/json.ts'
import { printLines } from '../json/print-json.ts'
import type { Offer } from '../offers/offer.ts'
import { LongText } from './long-text.tsx'
import { ResultView } from './result-view.tsx'

interface Words {
  readonly title: string
  readonly about: string
  readonly icon: IconName
  readonly tone: 'good' | 'warn' | 'bad' | 'neutral'
}

/** What is true of a tool only: it may have done something before it ended. */
const wordsOf = (kind: Offer['kind']) => {
  const tool = kind === 'tool'
  return {
    ok: { title: answered[kind], about: '', icon: 'check', tone: 'good' },
    tool: {
      title: "The tool's own error",
      about:
        'The call went through. The tool ran, and says that it failed: an agent reads this and may try again.',
      icon: 'alert',
      tone: 'warn',
    },
    protocol: {
      title: 'Protocol error',
      about: `The server took the message and refused it${tool ? ': the tool did not run, or not to its end' : ''}.`,
      icon: 'cross',
      tone: 'bad',
    },
    refused: {
      title: 'Refused by the gateway',
      about: 'The server never saw this call.',
      icon: 'cross',
      tone: 'bad',
    },
    transport: {
      title: 'No answer came through',
      about: `The way to the server or back is broken.${tool ? ' Whether the tool ran can not be told from here.' : ''}`,
      icon: 'link',
      tone: 'bad',
    },
    cancelled: {
      title: 'Cancelled',
      about: `The gateway has told the server, as far as its revision allows.${tool ? ' The tool may have begun.' : ''}`,
      icon: 'dash',
      tone: 'neutral',
    },
  } as const satisfies Record<string, Words>
}

const answered = {
  tool: 'The tool answered',
  prompt: 'The prompt came',
  resource: 'The resource was read',
  template: 'The resource was read',
} as const

interface Props {
  readonly outcome: Exclude<Outcome, { kind: 'asks' }>
  /** Of what was asked for. */
  readonly kind: Offer['kind']
  /** Of the tool that was called. */
  readonly outputSchema: Json | undefined
}

export function OutcomeView({ outcome, kind, outputSchema }: Props) {
  const words = wordsOf(kind)
  if (outcome.kind === 'cancelled') return <Verdict of={words.cancelled} />
  if (outcome.kind === 'result')
    return (
      <Stack>
        <Verdict of={outcome.toolError ? words.tool : words.ok} />
        <ResultView
          result={outcome.result}
          response={outcome.response}
          tool={kind === 'tool'}
          outputSchema={outputSchema}
        />
      </Stack>
    )
  return (
    <Stack>
      <Verdict of={words[outcome.kind]}>
        <Text size="sm" className="gh-break">
          <UpstreamText text={outcome.message.slice(0, 4_000)} />
        </Text>
        <Text size="xs" c="dimmed">
          <code>{outcome.code}</code>
        </Text>
      </Verdict>
      {outcome.response && <LongText text={printLines(outcome.response)} what="answer as it came" />}
    </Stack>
  )
}

function Verdict({ of: { title, about, icon, tone }, children }: { of: Words; children?: React.ReactNode }) {
  return (
    <Alert
      variant="default"
      role={tone === 'bad' ? 'alert' : 'status'}
      icon={<Icon name={icon} />}
      styles={{
        icon: { color: `var(--gh-${tone})` },
        title: { color: `var(--gh-${tone})` },
        root: { borderInlineStart: `4px solid var(--gh-${tone})` },
      }}
      title={title}
    >
      {(about || children) && (
        <Stack gap={4}>
          {children}
          {about && (
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          )}
        </Stack>
      )}
    </Alert>
  )
}
