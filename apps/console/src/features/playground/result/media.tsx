// A picture or a sound that came inside an answer. Only kinds that browsers show without running anything, from `data:` alone; the
// rest is told by its size.

import { Image, Text } from '@mantine/core'
import { bytes } from '#lib/format.ts'
import { UpstreamText } from '#ui/upstream-text.tsx'

const image = /^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/
const audio = /^audio\/(wav|x-wav|mpeg|mp4|ogg|webm|flac|aac)$/
const base64Text = /^[A-Za-z0-9+/]*={0,2}$/

export function Media({ mimeType, base64 }: { mimeType: string; base64: string }) {
  const size = bytes(Math.floor((base64.length * 3) / 4))
  const valid = base64Text.test(base64)
  const from = `data:${mimeType};base64,${base64}`
  return (
    <div>
      {valid && image.test(mimeType) && (
        <Image
          src={from}
          alt="What the tool answered with; it has no description"
          w="auto"
          maw="100%"
          mah="24rem"
          miw={16}
          mih={16}
          fit="contain"
        />
      )}
      {valid && audio.test(mimeType) && (
        // biome-ignore lint/a11y/useMediaCaption: a sound from a server comes without captions
        <audio
          controls
          preload="metadata"
          src={from}
          aria-label="Sound that the tool answered with"
          style={{ maxWidth: '100%' }}
        />
      )}
      <Text size="xs" c="dimmed">
        <UpstreamText text={mimeType || 'no media type'} /> · {size}
        {!valid && ' · it is no base64'}
      </Text>
    </div>
  )
}
