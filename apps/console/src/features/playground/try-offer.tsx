'use client'
// One tool, prompt or resource: what it is given on one side, what came back on the other.

import { keyVariable } from '@gatehouse/client-snippets'
import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { getHotkeyHandler } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useWorkspace } from '#lib/workspace.tsx'
import { CopyButton } from '#ui/copy-button.tsx'
import { Icon } from '#ui/icons.tsx'
import { AboutOffer } from './about-offer.tsx'
import { useAddress } from './address.ts'
import { curlOf } from './call/curl.ts'
import { requestOf } from './call/request.ts'
import { useRun } from './call/use-run.ts'
import type { Judged } from './check/judge.ts'
import { validate } from './check/validate.ts'
import { typedValue } from './form/form.ts'
import { type Propose, ProposingProvider } from './form/proposals.tsx'
import { startingValue } from './form/starting-value.ts'
import { ValueEditor } from './form/value-editor.tsx'
import { type Json, unfinished } from './json/json.ts'
import { printJson } from './json/print-json.ts'
import { completionsOf, textsOf } from './offers/completion.ts'
import { askFor, type Offer } from './offers/offer.ts'
import { ProblemList } from './problem-list.tsx'

interface Props {
  readonly offer: Offer
  /** JSON text of the arguments to begin with; "" where there is none. */
  readonly begin: string
}

/** Come when there is something to show, or to ask. */
const RunView = dynamic(() => import('./run-view.tsx').then((module) => module.RunView))
const AskFirst = dynamic(() => import('./ask-first.tsx').then((module) => module.AskFirst))

const unjudged: Judged = { problems: [] }

/** What its button says, and what stands where there is no answer yet. */
const words = {
  tool: { verb: 'Run', before: 'Run the tool to see what it answers.' },
  prompt: { verb: 'Get', before: 'Get the prompt to see its messages.' },
  resource: { verb: 'Read', before: 'Read the resource to see what it holds.' },
  template: { verb: 'Read', before: 'Read the resource to see what it holds.' },
} as const

export function TryOffer({ offer, begin }: Props) {
  const { kind, inputSchema, destructive } = offer
  const { may } = useWorkspace()
  const mayCall = may('mcp-servers:invoke')
  const { path, url, server, as, tokens } = useAddress()
  const runner = useRun(tokens)
  const [args, setArgs] = useState<Json>(() => (begin ? typedValue(begin) : startingValue(inputSchema)))
  const [judged, setJudged] = useState(unjudged)
  const [checking, setChecking] = useState(false)
  const [asking, setAsking] = useState(false)
  const asked = askFor(offer, path, args)
  const running = runner.run?.phase === 'running'
  const whole = unfinished(args).length === 0

  const propose: Propose = {
    keyOf: (name) => [path, as, kind, offer.name, name, printJson(textsOf(args, name))],
    ask: (name, typed, signal) => completionsOf({ offer, path, args, name, typed }, tokens, signal),
  }
  const go = () => (destructive ? setAsking(true) : runner.start(asked))
  const submit = async () => {
    if (!mayCall || checking || running) return
    setChecking(true)
    const found = await validate(inputSchema, args)
    setChecking(false)
    setJudged(found)
    if (found.problems.length === 0) go()
  }
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
      <Paper withBorder p="lg" component="section" aria-labelledby="arguments">
        <form
          noValidate
          onKeyDown={getHotkeyHandler([['mod+Enter', () => void submit()]])}
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <Stack>
            <Title order={2} id="arguments">
              {kind === 'resource' ? 'Resource' : 'Arguments'}
            </Title>
            <AboutOffer offer={offer} />
            {kind !== 'resource' && (
              <ProposingProvider value={kind === 'tool' ? null : propose}>
                <ValueEditor
                  label="Arguments"
                  schema={inputSchema}
                  value={args}
                  problems={judged.problems}
                  onChange={(value) => {
                    setArgs(value)
                    setJudged(unjudged)
                  }}
                />
              </ProposingProvider>
            )}
            <ProblemList judged={judged} title="Not sent: the arguments do not fit the schema">
              {/* A server may be tried with what it should refuse, as long as it is JSON. */}
              {whole && (
                <div>
                  <Button variant="default" size="compact-sm" onClick={go}>
                    {words[kind].verb} anyway
                  </Button>
                </div>
              )}
            </ProblemList>
            <Group>
              {mayCall && (
                <Button
                  type="submit"
                  leftSection={<Icon name="play" size={16} />}
                  loading={running || checking}
                >
                  {words[kind].verb}
                </Button>
              )}
              {running && (
                <Button variant="default" onClick={runner.cancel}>
                  Cancel
                </Button>
              )}
              {whole && (
                <CopyButton
                  size="sm"
                  label="Copy as curl"
                  what="as curl"
                  value={curlOf(url, requestOf(asked), keyVariable)}
                />
              )}
            </Group>
          </Stack>
        </form>
      </Paper>
      <Paper withBorder p="lg" component="section" aria-labelledby="answer">
        <Stack>
          <Title order={2} id="answer">
            Answer
          </Title>
          {runner.run ? (
            <RunView run={runner.run} runner={runner} kind={kind} outputSchema={offer.outputSchema} />
          ) : (
            <Text c="dimmed">
              {mayCall
                ? words[kind].before
                : 'Your role may not call tools. Copy the call for somebody whose role may.'}
            </Text>
          )}
        </Stack>
      </Paper>
      {destructive && (
        <AskFirst
          opened={asking}
          tool={offer.name}
          server={server?.name}
          onClose={() => setAsking(false)}
          onRun={() => {
            setAsking(false)
            runner.start(asked)
          }}
        />
      )}
    </SimpleGrid>
  )
}
