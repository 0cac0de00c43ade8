// Which address, what there, as whom: in the page's address, so that a link from another screen or a call record leads here.

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import type { Offer } from './offers/offer.ts'
import type { Kind } from './offers/read-offers.ts'

/** In the place of a server: the address of all of them. */
export const allServers = '*'

export const kinds = ['tools', 'prompts', 'resources'] as const satisfies readonly Kind[]

const none = { tool: null, prompt: null, resource: null, template: null, arguments: null, call: null }

export function useChoice() {
  const [choice, set] = useQueryStates(
    {
      /** Slug or id. */
      server: parseAsString.withDefault(''),
      of: parseAsStringLiteral(kinds).withDefault('tools'),
      /** One of these four says what is tried. */
      tool: parseAsString.withDefault(''),
      prompt: parseAsString.withDefault(''),
      resource: parseAsString.withDefault(''),
      template: parseAsString.withDefault(''),
      /** Id of an API key; "" is the person themselves. */
      as: parseAsString.withDefault(''),
      /** JSON with which the form begins. */
      arguments: parseAsString.withDefault(''),
      /** The id of a call record that is tried again. */
      call: parseAsString.withDefault(''),
    },
    { history: 'replace' },
  )
  const wanted = (['tool', 'prompt', 'resource', 'template'] as const).find((kind) => choice[kind] !== '')
  return {
    choice,
    kind: kindOf(wanted) ?? choice.of,
    wanted: wanted === undefined ? undefined : { kind: wanted, name: choice[wanted] },
    setServer: (server: string) => void set({ ...none, server }),
    setCaller: (as: string) => void set({ as: as || null }),
    setKind: (of: Kind) => void set({ ...none, of }),
    setOffer: (offer: Pick<Offer, 'kind' | 'name'>) =>
      void set({ ...none, of: null, [offer.kind]: offer.name }),
  }
}

function kindOf(kind: Offer['kind'] | undefined): Kind | undefined {
  if (kind === undefined) return undefined
  return kind === 'template' ? 'resources' : `${kind}s`
}
