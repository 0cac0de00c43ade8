'use client'
// Facts about the installation: only its operator changes them.

import { Anchor, Code, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { installationRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { Section } from './section.tsx'

export function About() {
  const { id } = useWorkspace()
  const installation = useQuery(installationRead(id))
  return (
    <QueryView query={installation} failed="The installation could not be loaded">
      {({ egress_allow, version, database, gateway_url }) => (
        <>
          <Section
            id="networks"
            title="Allowed networks"
            about="Servers may have any public https address, and what is listed here. The operator sets it, by GATEHOUSE_EGRESS_ALLOW."
          >
            {egress_allow.length === 0 ? (
              'Nothing beyond the public internet.'
            ) : (
              <Group gap="xs">
                {egress_allow.map((one) => (
                  <Code key={one}>{one}</Code>
                ))}
              </Group>
            )}
          </Section>
          <Section id="about" title="About">
            <Facts>
              <Fact name="Version">Gatehouse {version}</Fact>
              <Fact name="Database">
                {database === 'embedded' ? 'Embedded, for one machine' : 'PostgreSQL'}
              </Fact>
              <Fact name="Gateway">
                <Anchor href={gateway_url} className="gh-break">
                  {gateway_url}
                </Anchor>
              </Fact>
            </Facts>
          </Section>
        </>
      )}
    </QueryView>
  )
}
