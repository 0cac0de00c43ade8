// The fixture's prompts, one of which asks before it answers; the arguments of one can be completed.

import {
  acceptedContent,
  completable,
  type GetPromptResult,
  inputRequired,
  type McpServer,
  type PromptMessage,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { form } from './form.ts'
import { png } from './samples.ts'

const user = (content: PromptMessage['content']): PromptMessage => ({ role: 'user', content })
const text = (said: string) => user({ type: 'text', text: said })

export function addPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'A prompt without arguments' }, () => ({
    messages: [text('This is a simple prompt for testing.')],
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'A prompt with two arguments',
      argsSchema: z.object({
        arg1: completable(z.string(), (start) => words.filter((word) => word.startsWith(start))),
        arg2: z.string(),
      }),
    },
    ({ arg1, arg2 }) => ({ messages: [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'A prompt that holds a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({ messages: embedded(resourceUri) }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'A prompt that holds an image' }, () => ({
    messages: [
      user({ type: 'image', data: png, mimeType: 'image/png' }),
      text('Please analyze the image above.'),
    ],
  }))
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'A prompt that asks for its context first' },
    askingPrompt,
  )
}

const words = ['paris', 'park', 'party', 'test', 'testing']

const embedded = (uri: string): PromptMessage[] => [
  user({
    type: 'resource',
    resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
  }),
  text('Please process the embedded resource above.'),
]

function askingPrompt(context: unknown) {
  const { mcpReq } = context as ServerContext // a prompt without arguments gets the context alone, which the type doesn't say
  const given = acceptedContent(mcpReq.inputResponses, 'user_context', z.object({ context: z.string() }))
  if (given) return { messages: [text(`Use this context: ${given.context}`)] } satisfies GetPromptResult
  const user_context = form('What context should the prompt use?', { context: { type: 'string' } })
  return inputRequired({ inputRequests: { user_context } })
}
