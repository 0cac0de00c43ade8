// Counts what a reader sees, by the rules of Unicode. One of the tools of sample.ts.

import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result } from '../result.ts'

export function addTextStats(server: McpServer): void {
  server.registerTool(
    'text-stats',
    {
      title: 'Text statistics',
      description: 'Counts characters, words, sentences and lines of a text.',
      inputSchema: z.object({ text: z.string().max(100_000).describe('The text to look at') }),
      outputSchema: z.object({
        characters: z.int().describe('As a reader sees them'),
        words: z.int(),
        sentences: z.int(),
        lines: z.int(),
      }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    ({ text }) => {
      const stats = {
        characters: [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].length,
        words: [...new Intl.Segmenter('en', { granularity: 'word' }).segment(text)].filter(
          (part) => part.isWordLike,
        ).length,
        sentences: [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)].length,
        lines: text === '' ? 0 : text.split(/\r\n|\r|\n/).length,
      }
      const { characters, words, sentences, lines } = stats
      return result(`${characters} characters, ${words} words, ${sentences} sentences, ${lines} lines`, stats)
    },
  )
}
