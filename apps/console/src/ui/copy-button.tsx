'use client'
// Copies a text and says so, to the ear as well.

import { Button, type ButtonProps, CopyButton as Copier } from '@mantine/core'
import { Icon } from './icons.tsx'

interface Props extends ButtonProps {
  value: string
  /** What is copied, for who doesn't see what stands beside: "Copy {what}". */
  what: string
  /** What stands on it. */
  label?: string
}

export function CopyButton({ value, what, label = 'Copy', ...rest }: Props) {
  return (
    <Copier value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />}
          aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
          onClick={copy}
          {...rest}
        >
          <span aria-live="polite">{copied ? 'Copied' : label}</span>
        </Button>
      )}
    </Copier>
  )
}
