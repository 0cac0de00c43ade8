'use client'
// Bytes that came inside an answer. Pictures and sounds are shown: only kinds that browsers show without running anything, from
// `data:` alone. Everything can be saved.

import { Button, Group, Image, Text } from '@mantine/core'
import { bytes } from '#lib/format.ts'
import { saveFile } from '#lib/save-file.ts'
import { UpstreamText } from '#ui/upstream-text.tsx'

const image = /^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/
const audio = /^audio\/(wav|x-wav|mpeg|mp4|ogg|webm|flac|aac)$/
const base64Text = /^[A-Za-z0-9+/]*={0,2}$/

interface Props {
  readonly mimeType: string
  readonly base64: string
  /** Of the file, where it is saved. */
  readonly name: string
}

export function Media({ mimeType, base64, name }: Props) {
  const size = bytes(Math.floor((base64.length * 3) / 4))
  const valid = base64Text.test(base64) && base64.length % 4 !== 1
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
      <Group gap="xs" mt={4}>
        <Text size="xs" c="dimmed">
          <UpstreamText text={mimeType || 'no media type'} /> · {size}
          {!valid && ' · it is no base64'}
        </Text>
        {valid && (
          <Button variant="default" size="compact-xs" onClick={() => saveFile(bytesOf(base64), name)}>
            Save
          </Button>
        )}
      </Group>
    </div>
  )
}

/** Of no type that a browser would open. */
const bytesOf = (base64: string) =>
  new Blob([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], { type: 'application/octet-stream' })
