// A state as a word and an icon, not only as a colour.

import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'

export type Tone = 'good' | 'warn' | 'bad' | 'neutral'

const icons: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  warn: 'alert',
  bad: 'cross',
  neutral: 'dash',
}

export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="gh-status" style={{ color: `var(--gh-${tone})` }}>
      <Icon name={icons[tone]} size={15} />
      <span>{children}</span>
    </span>
  )
}
