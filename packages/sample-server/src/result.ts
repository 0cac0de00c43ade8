// What a tool answers: a sentence for people, the same as data for programs.

import type { CallToolResult } from '@modelcontextprotocol/server'

export const result = (text: string, structuredContent: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text }],
  structuredContent,
})
