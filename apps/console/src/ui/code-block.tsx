// A text to copy.

import { Box } from '@mantine/core'
import { CopyButton } from './copy-button.tsx'

export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <Box pos="relative">
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls has to be reachable by keyboard and needs a name then */}
      <pre className="gh-code gh-code-with-copy" tabIndex={0} role="group" aria-label={what}>
        {text}
      </pre>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: as above */}
      <CopyButton value={text} what={what} pos="absolute" top={8} right={8} />
    </Box>
  )
}
