// A list as a table; where it has no room, each row folds into a small block. global.css has the folding.

import { Table } from '@mantine/core'
import type { CSSProperties, ReactNode } from 'react'

interface Props {
  /** Name of the table for who can't see it. */
  label: string
  heads: readonly ReactNode[]
  /** The last column is right-aligned. */
  numbersLast?: boolean
  /** So many of the last columns are right-aligned. */
  numbers?: number
  /** Where the cells go in a folded row, by their `gridArea`: `'"name took" "url url"'`. */
  folded: string
  children: ReactNode
}

export function Rows({
  label,
  heads,
  numbersLast = false,
  numbers = numbersLast ? 1 : 0,
  folded,
  children,
}: Props) {
  // React's type doesn't know custom properties
  const style = { '--gh-folded': folded } as CSSProperties
  return (
    <div className="gh-rows">
      <Table className="gh-numbers" role="table" aria-label={label} style={style}>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {heads.map((head, at) => (
              <Table.Th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns don't move
                key={at}
                role="columnheader"
                ta={at >= heads.length - numbers ? 'right' : undefined}
              >
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">{children}</Table.Tbody>
      </Table>
    </div>
  )
}

interface CellProps {
  /** Its place in a folded row. */
  area: string
  /** Stands before it in a folded row, where the heads are gone. */
  label?: string
  /** Right-aligned: always, or in folded rows. */
  end?: 'always' | 'folded'
  /** Never broken. */
  whole?: boolean
  children: ReactNode
}

export function Cell({ area, label, end, whole = false, children }: CellProps) {
  const style: CSSProperties = { gridArea: area, ...(whole && { whiteSpace: 'nowrap' }) }
  return (
    <Table.Td
      role="cell"
      style={style}
      data-label={label}
      className={end === 'folded' ? 'gh-end' : ''}
      ta={end === 'always' ? 'right' : undefined}
    >
      {children}
    </Table.Td>
  )
}
