// What the asking tools ask, in the words the conformance suite expects. answers.ts reads what comes back.

import { type InputRequest, inputRequired } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { content, elicited, named, roots, sampled } from './answers.ts'
import type { AskingTool, Responses } from './asking-tools.ts'
import { form } from './form.ts'
import { defaultsForm, enumsForm } from './forms.ts'

const nothing = z.object({})
const askName = () => form('What is your name?', { name: { type: 'string' } })
const askConfirm = () => form('Please confirm', { ok: { type: 'boolean' } })
const askModel = (text: string, maxTokens = 100) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens })

/** One round with one question. */
const asks = (
  name: string,
  description: string,
  key: string,
  question: (args: Readonly<Record<string, unknown>>) => InputRequest,
  read: (responses: Responses, key: string) => string | undefined,
  said: (read: string) => string,
  input: z.ZodObject = nothing,
): AskingTool => ({
  name,
  description,
  input,
  ask: ({ args }) => ({ [key]: question(args) }),
  answer({ responses }) {
    const given = read(responses, key)
    return given === undefined ? undefined : said(given)
  },
})

const inOneRound: AskingTool[] = [
  asks(
    'test_sampling',
    'Asks the model of the client',
    'answer',
    ({ prompt }) => askModel(String(prompt)),
    sampled,
    (text) => `LLM response: ${text}`,
    z.object({ prompt: z.string() }),
  ),
  asks(
    'test_elicitation',
    'Asks the person a question',
    'answer',
    ({ message }) =>
      form(String(message), {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      }),
    elicited,
    (said) => `User response: ${said}`,
    z.object({ message: z.string() }),
  ),
  asks(
    'test_url_elicitation',
    'Sends the person to a page',
    'visit',
    ({ url }) => inputRequired.elicitUrl({ message: 'Please open this page', url: String(url) }),
    elicited,
    (said) => `Page: ${said}`,
    z.object({ url: z.url() }),
  ),
  asks(
    'test_elicitation_sep1034_defaults',
    'Asks with defaults',
    'defaults',
    () => defaultsForm,
    elicited,
    (said) => `Elicitation completed: ${said}`,
  ),
  asks(
    'test_elicitation_sep1330_enums',
    'Asks with choices of every kind',
    'enums',
    () => enumsForm,
    elicited,
    (said) => `Elicitation completed: ${said}`,
  ),
  asks(
    'test_missing_capability',
    'Needs a client with sampling',
    'answer',
    () => askModel('Say pong'),
    sampled,
    (text) => text,
  ),
  asks(
    'test_input_required_result_elicitation',
    'Asks for a name',
    'user_name',
    askName,
    named,
    (name) => `Hello, ${name}!`,
  ),
  asks(
    'test_input_required_result_sampling',
    'Asks the model for a capital',
    'capital_question',
    () => askModel('What is the capital of France?'),
    sampled,
    (text) => `The model says: ${text}`,
  ),
  asks(
    'test_input_required_result_list_roots',
    'Asks for the roots',
    'client_roots',
    () => inputRequired.listRoots(),
    roots,
    (uris) => `Roots: ${uris}`,
  ),
]

const confirmed = (name: string, said: string): AskingTool => ({
  name,
  description: 'Asks for a confirmation, and takes it only with its own state',
  input: nothing,
  ask: () => ({ confirm: askConfirm() }),
  state: () => name,
  answer: ({ responses, state }) =>
    state === name && content(responses, 'confirm', 'ok') !== undefined ? said : undefined,
})

const multipleInputs: AskingTool = {
  name: 'test_input_required_result_multiple_inputs',
  description: 'Asks three questions at once',
  input: nothing,
  ask: () => ({
    user_name: askName(),
    greeting: askModel('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  }),
  state: () => 'asked',
  answer({ responses }) {
    const [name, greeting, uris] = [
      named(responses, 'user_name'),
      sampled(responses, 'greeting'),
      roots(responses, 'client_roots'),
    ]
    if (name === undefined || greeting === undefined || uris === undefined) return undefined
    return `${greeting}, ${name} (${uris})`
  },
}

/** The state holds the name given in the first round. */
const multiRound: AskingTool = {
  name: 'test_input_required_result_multi_round',
  description: 'Asks for a name, then for a colour',
  input: nothing,
  ask: ({ responses }) =>
    named(responses, 'step1') === undefined
      ? { step1: form('Step 1: What is your name?', { name: { type: 'string' } }) }
      : { step2: form('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
  state: ({ responses }) => named(responses, 'step1') ?? '',
  answer({ responses, state }) {
    const color = content(responses, 'step2', 'color')
    return state && typeof color === 'string' ? `${state} likes ${color}` : undefined
  },
}

const asFarAsDeclared: AskingTool = {
  name: 'test_input_required_result_capabilities',
  description: 'Asks only what the client can answer',
  input: nothing,
  ask: ({ capabilities }) => ({
    ...('elicitation' in capabilities && { user_name: askName() }),
    ...('sampling' in capabilities && { greeting: askModel('Generate a greeting', 50) }),
    ...('roots' in capabilities && { client_roots: inputRequired.listRoots() }),
  }),
  answer({ responses, capabilities }) {
    if (responses !== undefined) return `Answered: ${Object.keys(responses).sort().join(', ')}`
    const able = ['elicitation', 'sampling', 'roots'].some((kind) => kind in capabilities)
    return able ? undefined : 'The client can answer nothing'
  },
}

export const askingTools: readonly AskingTool[] = [
  ...inOneRound,
  confirmed('test_input_required_result_request_state', 'state-ok'),
  confirmed('test_input_required_result_tampered_state', 'integrity-ok'),
  multipleInputs,
  multiRound,
  asFarAsDeclared,
]
