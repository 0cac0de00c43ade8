// The tools of the SDK upstreams, written once for both SDKs: sdk-upstream.ts and legacy-upstream.ts register them.

import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'

export interface FixtureCall {
  /** What the HTTP request carried, to see which credential arrived. */
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Sends progress where the client asked for it. */
  progress(done: number, total: number): Promise<void>
}

interface FixtureTool {
  readonly name: string
  readonly description: string
  readonly input: z.ZodObject
  run(args: Record<string, unknown>, call: FixtureCall): string | Promise<string>
}

export const fixtureTools: readonly FixtureTool[] = [
  {
    name: 'echo',
    description: 'Answers its argument',
    input: z.object({ text: z.string() }),
    run: ({ text }) => String(text),
  },
  {
    name: 'add',
    description: 'Adds two numbers',
    input: z.object({ a: z.number(), b: z.number() }),
    run: ({ a, b }) => String(Number(a) + Number(b)),
  },
  {
    name: 'headers',
    description: 'Answers the headers of the HTTP request, as JSON',
    input: z.object({}),
    run: (_args, { headers }) => JSON.stringify(headers),
  },
  {
    name: 'fail',
    description: 'Always a tool error',
    input: z.object({}),
    run: () => {
      throw new Error('this tool always fails')
    },
  },
  {
    name: 'echo-later',
    description: 'Answers its argument after a while, with progress on the way',
    input: z.object({ text: z.string(), delayMs: z.int() }),
    async run({ text, delayMs }, { progress, signal }) {
      await setTimeout(Number(delayMs) / 2, undefined, { signal })
      await progress(1, 2)
      await setTimeout(Number(delayMs) / 2, undefined, { signal })
      return String(text)
    },
  },
  {
    name: 'count',
    description: 'Counts with progress',
    input: z.object({ to: z.int(), delayMs: z.int().default(0) }),
    async run({ to, delayMs }, { progress, signal }) {
      for (let done = 1; done <= Number(to); done++) {
        await setTimeout(Number(delayMs), undefined, { signal })
        await progress(done, Number(to))
      }
      return `counted to ${to}`
    },
  },
]
