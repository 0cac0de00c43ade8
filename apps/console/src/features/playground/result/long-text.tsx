'use client'
// A text that may be very long: its beginning, more on request, and always all of it to copy.

import { Box, Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { CopyButton } from '#ui/copy-button.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'

/** In characters. More than the second and a page stands still. */
const steps = [20_000, 200_000] as const

/** @param what names it for who can't see it */
export function LongText({ text, what }: { text: string; what: string }) {
  const [shown, setShown] = useState<number>(steps[0])
  const cut = text.length > shown
  return (
    <Box pos="relative">
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls has to be reachable by keyboard and needs a name then */}
      <pre className="gh-code gh-code-with-copy" tabIndex={0} role="group" aria-label={what}>
        <UpstreamText text={cut ? text.slice(0, shown) : text} />
      </pre>
      {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: as above */}
      <CopyButton value={text} what={what} pos="absolute" top={8} right={8} />
      {cut && (
        <Group gap="xs" mt={4}>
          <Text size="xs" c="dimmed">
            The first {shown.toLocaleString('en')} of {text.length.toLocaleString('en')} characters. Copy it
            to have all.
          </Text>
          {shown < steps[1] && (
            <Button variant="default" size="compact-xs" onClick={() => setShown(steps[1])}>
              Show more
            </Button>
          )}
        </Group>
      )}
    </Box>
  )
}
