// Tools that ask the client before they answer, written once: a modern client gets an input-required result, a legacy
// one real requests (the SDK makes them). What each asks is in questions.ts.

import {
  type InputRequest,
  inputRequired,
  type McpServer,
  type RequestStateCodec,
} from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { askingTools } from './questions.ts'

export type Responses = Readonly<Record<string, unknown>> | undefined

export interface AskingTool {
  readonly name: string
  readonly description: string
  readonly input: z.ZodObject
  /** The questions of a round, which is what the sealed state of the last one says (undefined in the first). */
  ask(asked: Asked): Readonly<Record<string, InputRequest>>
  /** The tool's answer; undefined asks (again). */
  answer(asked: Asked): string | undefined
  /** What the state of this round says; without it no state is sent. */
  state?(asked: Asked): string
}

export interface Asked {
  readonly args: Readonly<Record<string, unknown>>
  readonly responses: Responses
  readonly state: string | undefined
  readonly capabilities: Readonly<Record<string, unknown>>
}

export function addAskingTools(server: McpServer, states: RequestStateCodec<string>): void {
  for (const tool of askingTools) {
    const { name, description, input } = tool
    server.registerTool(name, { description, inputSchema: input }, async (args, context) => {
      const asked: Asked = {
        args,
        responses: context.mcpReq.inputResponses,
        state: context.mcpReq.requestState<string>(),
        capabilities: { ...server.server.getClientCapabilities() },
      }
      const text = tool.answer(asked)
      if (text !== undefined) return { content: [{ type: 'text', text }] }
      const state = tool.state?.(asked)
      return inputRequired({
        inputRequests: tool.ask(asked),
        ...(state !== undefined && { requestState: await states.mint(state) }),
      })
    })
  }
}
