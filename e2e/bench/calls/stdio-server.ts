// The measured MCP server for contenders that start theirs as a child process: one message a line.

import { createInterface } from 'node:readline'
import { answerTo } from './mcp-answers.ts'

for await (const line of createInterface({ input: process.stdin })) {
  const answer = answerTo(line)
  if (answer !== undefined) process.stdout.write(`${answer}\n`)
}
