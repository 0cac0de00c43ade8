'use client'
// What a server asks before it answers, one question after the other. The words are the server's: we say who asks, and nothing is
// sent that was not sent on purpose.

import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { plainly } from '#lib/invisible.ts'
import { Icon } from '#ui/icons.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import type { Question } from './call/outcome.ts'
import type { Judged } from './check/judge.ts'
import { validate } from './check/validate.ts'
import { startingValue } from './form/starting-value.ts'
import { ValueEditor } from './form/value-editor.tsx'
import { type Json, type JsonObject, member, object, textMember } from './json/json.ts'
import { ProblemList } from './problem-list.tsx'
import { safeAddress } from './safe-address.ts'

interface Props {
  /** Name of the server. */
  readonly server: string
  readonly questions: readonly Question[]
  readonly onAnswer: (responses: JsonObject) => void
}

export function Questions({ server, questions, onAnswer }: Props) {
  const [given, setGiven] = useState<JsonObject>(new Map())
  const question = questions.find(({ key }) => !given.has(key))
  if (question === undefined)
    return (
      <Asking server={server} message="The server wants the call repeated before it answers.">
        <Button onClick={() => onAnswer(given)}>Continue</Button>
      </Asking>
    )
  const answer = (value: Json) => {
    const all = new Map([...given, [question.key, value]])
    if (all.size === questions.length) onAnswer(all)
    else setGiven(all)
  }
  const count = questions.length > 1 ? `Question ${given.size + 1} of ${questions.length}. ` : ''
  return <One key={question.key} server={server} count={count} question={question} answer={answer} />
}

interface OneProps {
  readonly server: string
  readonly count: string
  readonly question: Question
  readonly answer: (value: Json) => void
}

function One({ server, count, question: { method, params }, answer }: OneProps) {
  const message = `${count}${textMember(params, 'message') ?? ''}`
  const decline = (
    <Button variant="default" onClick={() => answer(object({ action: 'decline' }))}>
      Decline
    </Button>
  )
  if (method !== 'elicitation/create')
    return (
      <Asking
        server={server}
        message={`It asks for ${method}, which this page can not give. Cancel the call.`}
      />
    )
  if (textMember(params, 'mode') === 'url')
    return (
      <Asking server={server} message={message}>
        <Page address={textMember(params, 'url') ?? ''} />
        <Group>
          <Button onClick={() => answer(object({ action: 'accept' }))}>I have been there</Button>
          {decline}
        </Group>
      </Asking>
    )
  return (
    <Asking server={server} message={message}>
      <Form
        schema={member(params, 'requestedSchema') ?? true}
        decline={decline}
        onSend={(content) => answer(object({ action: 'accept', content }))}
      />
    </Asking>
  )
}

function Asking({
  server,
  message,
  children,
}: {
  server: string
  message: string
  children?: React.ReactNode
}) {
  return (
    <Alert
      variant="default"
      icon={<Icon name="person" />}
      title={`${plainly(server)} asks you`}
      role="region"
    >
      <Stack>
        <Text size="sm" className="gh-break" style={{ whiteSpace: 'pre-wrap' }}>
          <UpstreamText text={message} />
        </Text>
        {children}
      </Stack>
    </Alert>
  )
}

/** Where the server sends the person: the host first, because the rest of an address may say anything. */
function Page({ address }: { address: string }) {
  const url = safeAddress(address)
  if (url === undefined)
    return (
      <Text size="sm" className="gh-break">
        It names an address that is no web page: <UpstreamText text={address} />
      </Text>
    )
  return (
    <Stack gap={4}>
      <Text size="sm">
        A page of <strong>{url.host}</strong>:
      </Text>
      <Text size="sm" className="gh-break">
        <code>{url.href}</code>
      </Text>
      <div>
        <Button
          component="a"
          href={url.href}
          target="_blank"
          rel="noopener noreferrer"
          variant="default"
          size="compact-sm"
        >
          Open the page of {url.host}
        </Button>
      </div>
    </Stack>
  )
}

interface FormProps {
  readonly schema: Json
  readonly decline: React.ReactNode
  readonly onSend: (content: Json) => void
}

function Form({ schema, decline, onSend }: FormProps) {
  const [value, setValue] = useState(() => startingValue(schema, true))
  const [judged, setJudged] = useState<Judged>({ problems: [] })
  const [checking, setChecking] = useState(false)
  const submit = async () => {
    if (checking) return
    setChecking(true)
    const found = await validate(schema, value)
    setChecking(false)
    setJudged(found)
    if (found.problems.length === 0) onSend(value)
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Stack>
        <ValueEditor
          label="Answer"
          schema={schema}
          value={value}
          problems={judged.problems}
          onChange={setValue}
        />
        <ProblemList judged={judged} title="Not sent: the answer does not fit what was asked" />
        <Text size="xs" c="dimmed">
          What you give goes to the server. Never give it a password.
        </Text>
        <Group>
          <Button type="submit" loading={checking}>
            Send answer
          </Button>
          {decline}
        </Group>
      </Stack>
    </form>
  )
}
