// Text that a server or a stranger wrote: as text, with what can't be seen made visible.

import { pieces } from '#lib/invisible.ts'

export function UpstreamText({ text }: { text: string }) {
  return (
    <bdi>
      {pieces(text).map((piece, index) =>
        piece.hidden ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other name and never move
          <span key={index} className="gh-hidden-character" title="A character that can not be seen">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  )
}
