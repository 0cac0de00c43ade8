'use client'
// One tool: its arguments on one side, what came back on the other.

import { keyVariable } from '@gatehouse/client-snippets'
import type { Server } from '@gatehouse/registry-api'
import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { getHotkeyHandler } from '@mantine/hooks'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { useTokens } from '#lib/gateway-token.ts'
import { CopyButton } from '#ui/copy-button.tsx'
import { Icon } from '#ui/icons.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { curlOf } from './call/curl.ts'
import { requestOf } from './call/request.ts'
import { useRun } from './call/use-run.ts'
import type { Judged } from './check/judge.ts'
import { validate } from './check/validate.ts'
import { typedValue } from './form/form.ts'
import { startingValue } from './form/starting-value.ts'
import { ValueEditor } from './form/value-editor.tsx'
import { type Json, unfinished } from './json/json.ts'
import { ProblemList } from './problem-list.tsx'
import type { Tool } from './reads.ts'
import { useChoice } from './use-choice.ts'

interface Props {
  readonly server: Server
  readonly tool: Tool
  /** JSON text of the arguments to begin with; "" where there is none. */
  readonly begin: string
}

/** Come when there is something to show, or to ask. */
const RunView = dynamic(() => import('./run-view.tsx').then((module) => module.RunView))
const AskFirst = dynamic(() => import('./ask-first.tsx').then((module) => module.AskFirst))

const unjudged: Judged = { problems: [] }

export function TryTool({ server, tool, begin }: Props) {
  const { inputSchema } = tool
  const { choice } = useChoice()
  const runner = useRun(useTokens(choice.as))
  const [args, setArgs] = useState<Json>(() => (begin ? typedValue(begin) : startingValue(inputSchema)))
  const [judged, setJudged] = useState(unjudged)
  const [checking, setChecking] = useState(false)
  const [asking, setAsking] = useState(false)
  const call = { slug: server.slug, tool: tool.name, inputSchema, args }
  const running = runner.run?.phase === 'running'
  const whole = unfinished(args).length === 0

  const go = () => (tool.destructive ? setAsking(true) : runner.start(call))
  const submit = async () => {
    if (checking || running) return
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
              Arguments
            </Title>
            <AboutTool tool={tool} />
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
            <ProblemList judged={judged} title="Not sent: the arguments do not fit the schema">
              {/* A server may be tried with what it should refuse, as long as it is JSON. */}
              {whole && (
                <div>
                  <Button variant="default" size="compact-sm" onClick={go}>
                    Run anyway
                  </Button>
                </div>
              )}
            </ProblemList>
            <Group>
              <Button
                type="submit"
                leftSection={<Icon name="play" size={16} />}
                loading={running || checking}
              >
                Run
              </Button>
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
                  value={curlOf(server.gateway_url, requestOf(call), keyVariable)}
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
            <RunView run={runner.run} server={server} tool={tool} runner={runner} />
          ) : (
            <Text c="dimmed">Run the tool to see what it answers.</Text>
          )}
        </Stack>
      </Paper>
      {tool.destructive && (
        <AskFirst
          opened={asking}
          tool={tool.name}
          server={server.name}
          onClose={() => setAsking(false)}
          onRun={() => {
            setAsking(false)
            runner.start(call)
          }}
        />
      )}
    </SimpleGrid>
  )
}

function AboutTool({ tool: { title, description, off, destructive } }: { tool: Tool }) {
  return (
    <>
      {title !== undefined && (
        <Text fw={600}>
          <UpstreamText text={title} />
        </Text>
      )}
      {description !== undefined && (
        <Text size="sm" className="gh-break" style={{ whiteSpace: 'pre-wrap' }}>
          <UpstreamText text={description} />
        </Text>
      )}
      {destructive && (
        <Text size="sm">It says of itself that it is destructive: you are asked before it runs.</Text>
      )}
      {off && <Text size="sm">It is switched off at the gateway: a call is answered with an error.</Text>}
    </>
  )
}
