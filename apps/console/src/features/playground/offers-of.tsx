'use client'
// What is offered at the chosen address, and the one that was chosen.

import { Button, NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { useAddress } from './address.ts'
import { type Offer, unlistedResource } from './offers/offer.ts'
import { type Kind, offersRead } from './offers/read-offers.ts'
import { Replayed } from './replayed.tsx'
import { TryOffer } from './try-offer.tsx'
import { useChoice } from './use-choice.ts'

const words = {
  tools: { one: 'tool', label: 'Tools', choose: 'Tool' },
  prompts: { one: 'prompt', label: 'Prompts', choose: 'Prompt' },
  resources: { one: 'resource', label: 'Resources', choose: 'Resource' },
} as const satisfies Record<Kind, object>

export function OffersOf() {
  const { choice, kind, setKind } = useChoice()
  const { id, to, may } = useWorkspace()
  const { server, ...where } = useAddress()
  const asking = { workspaceId: id, serverId: server?.id, ...where }
  const offers = useQuery(offersRead(asking, kind))
  const { one } = words[kind]
  return (
    <Stack>
      {/* What the registry doesn't know is asked for by a call. */}
      {may('mcp-servers:invoke') && (
        <div>
          <SegmentedControl
            aria-label="What to try"
            data={Object.entries(words).map(([value, { label }]) => ({ value, label }))}
            value={kind}
            onChange={(next) => setKind(next as Kind)} // one of the values above
          />
        </div>
      )}
      {server?.auth_type === 'oauth' && wantsAccount(offers.error) ? (
        <Empty
          sentence={`This server lists its ${one}s to people with an account there. Connect yours first.`}
        >
          <Button component={Link} href={to(`/connections?connect=${server.slug}`)}>
            Connect
          </Button>
        </Empty>
      ) : (
        <QueryView
          key={kind}
          query={offers}
          failed={`Its ${one}s could not be listed`}
          empty={{
            when: (all) => all.length === 0 && choice.resource === '',
            show: (
              <Empty sentence={`The server answered, and it lists no ${one}s. Choose what else to try.`} />
            ),
          }}
        >
          {(all) => <Found kind={kind} offers={all} />}
        </QueryView>
      )}
    </Stack>
  )
}

const wantsAccount = (error: Error | null) =>
  error !== null && ['connection_required', 'upstream_auth_failed'].includes(toApiError(error).code)

/** More are found by searching. */
const maxOptions = 200

function Found({ kind, offers }: { kind: Kind; offers: readonly Offer[] }) {
  const { choice, wanted, setOffer } = useChoice()
  const { path } = useAddress()
  const [sought, setSought] = useState('')
  const { one, choose } = words[kind]
  const listed = offers.find((offer) => offer.kind === wanted?.kind && offer.name === wanted.name)
  const offer = listed ?? (choice.resource === '' ? undefined : unlistedResource(choice.resource))
  const terms = sought.toLowerCase().split(/\s+/).filter(Boolean)
  const found = offers.filter(({ name, title = '' }) =>
    terms.every((term) => `${name} ${title}`.toLowerCase().includes(term)),
  )
  const shown = found.slice(0, maxOptions)
  const options = offer === undefined || shown.includes(offer) ? shown : [offer, ...shown]
  return (
    <Stack>
      <div className="gh-filters">
        {offers.length > 12 && <SearchField label={`Search ${one}s`} value={sought} onChange={setSought} />}
        <NativeSelect
          label={choose}
          description={terms.length > 0 ? `${found.length} of ${count(offers.length, one)}` : undefined}
          data={[
            ...(offer
              ? []
              : [{ value: '', label: found.length === 0 ? `No ${one} has this name` : `Choose a ${one}` }]),
            ...options.map((option) => ({ value: keyOf(option), label: labelOf(option) })),
          ]}
          value={offer === undefined ? '' : keyOf(offer)}
          onChange={({ currentTarget: { value } }) => {
            const next = options.find((option) => keyOf(option) === value)
            if (next) setOffer(next)
          }}
        />
      </div>
      {path === '' && (
        <Text size="sm" c="dimmed">
          A server that does not answer, or wants an account that is not connected, is left out.
        </Text>
      )}
      {wanted !== undefined && offer === undefined && (
        <Text size="sm" role="status">
          The server lists no {one} with the name in the address. Choose another.
        </Text>
      )}
      {offer && choice.call !== '' && (
        <Replayed callId={choice.call}>
          {(begin) => <TryOffer key={keyOf(offer)} offer={offer} begin={begin} />}
        </Replayed>
      )}
      {offer && choice.call === '' && <TryOffer key={keyOf(offer)} offer={offer} begin={choice.arguments} />}
    </Stack>
  )
}

/** A tool's or prompt's own name: a resource and a template could share one. */
const keyOf = ({ kind, name }: Offer) => (kind === 'template' ? `template ${name}` : name)

function labelOf({ kind, name, title, off }: Offer): string {
  const known =
    (kind === 'resource' || kind === 'template') && title !== undefined ? ` · ${plainly(title)}` : ''
  return `${plainly(name)}${known}${off ? ' (off)' : ''}`
}
