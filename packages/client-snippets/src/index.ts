// How clients are told about the gateway: the console shows it, `npm start` prints it, docs/clients.md is made from it.

import { claudeCode } from './clients/claude-code.ts'
import { claudeDesktop } from './clients/claude-desktop.ts'
import { codex } from './clients/codex.ts'
import { curl } from './clients/curl.ts'
import { cursor } from './clients/cursor.ts'
import { geminiCli } from './clients/gemini-cli.ts'
import { langChain, openAiAgents } from './clients/in-python.ts'
import { vsCode } from './clients/vs-code.ts'
import type { Client } from './snippet.ts'

export {
  type Client,
  type Endpoint,
  exportLine,
  type Form,
  type InstallLink,
  keyVariable,
} from './snippet.ts'

/** In the order in which they are offered. */
export const clients: readonly [Client, ...Client[]] = [
  claudeCode,
  cursor,
  vsCode,
  codex,
  geminiCli,
  claudeDesktop,
  langChain,
  openAiAgents,
  curl,
]
