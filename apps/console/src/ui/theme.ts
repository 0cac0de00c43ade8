// Colours, type and the defaults of components. Contrasts are those of WCAG AA in both schemes; axe checks them in the journeys.

import {
  type ActionIconProps,
  type AnchorProps,
  type CSSVariablesResolver,
  createTheme,
  type DrawerProps,
  type InputWrapperProps,
  type ModalProps,
  type NavLinkProps,
  type NotificationProps,
  type SegmentedControlProps,
  type TableProps,
} from '@mantine/core'

const dialogStyles = {
  header: { alignItems: 'flex-start' },
  title: { fontSize: '1.1rem', fontWeight: 600, lineHeight: 1.4, overflowWrap: 'anywhere' },
} as const

/** Of a component that is named by its type only: `extend` would bring each of them to every page. */
const by = <Props>(defaultProps: Partial<Props>) => ({ defaultProps })

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  fontFamily: 'var(--font-geist-sans), system-ui, sans-serif',
  fontFamilyMonospace: 'var(--font-geist-mono), ui-monospace, monospace',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.1rem' }, h3: { fontSize: '1rem' } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ActionIcon: by<ActionIconProps>({ variant: 'subtle', color: 'gray', size: 'lg' }),
    Anchor: by<AnchorProps>({ underline: 'always' }),
    // What is optional says so.
    InputWrapper: by<InputWrapperProps>({ withAsterisk: false }),
    Drawer: { ...by<DrawerProps>({ closeButtonProps: { 'aria-label': 'Close' } }), styles: dialogStyles },
    Modal: {
      ...by<ModalProps>({ closeButtonProps: { 'aria-label': 'Close' }, centered: true }),
      styles: dialogStyles,
    },
    NavLink: by<NavLinkProps>({ variant: 'light' }),
    Notification: by<NotificationProps>({ closeButtonProps: { 'aria-label': 'Dismiss' } }),
    // Another scheme holds at once: words between two colours can't be read.
    SegmentedControl: by<SegmentedControlProps>({ transitionDuration: 0 }),
    Table: by<TableProps>({ verticalSpacing: 'sm' }),
  },
})

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    // What the filled buttons take under the pointer: darker, so that white stays readable.
    '--mantine-color-teal-8': '#066e50',
    '--mantine-color-red-8': '#b02323',
    '--mantine-primary-color-filled-hover': '#066e50',
  },
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-anchor': 'var(--mantine-color-teal-9)',
    '--mantine-primary-color-light-color': '#06614a',
    '--mantine-color-teal-light-color': '#055c42',
    '--mantine-color-gray-light-color': 'var(--mantine-color-gray-8)',
    '--mantine-color-red-light-color': 'var(--mantine-color-red-9)',
    '--mantine-color-teal-outline': 'var(--mantine-color-teal-9)',
    '--gh-good': '#0b6b50',
    '--gh-warn': '#8a4b00',
    '--gh-bad': '#b3261e',
    '--gh-neutral': 'var(--mantine-color-gray-7)',
    '--gh-line-1': '#3d434a',
    '--gh-line-2': '#0b6b50',
    '--gh-line-3': '#1c5fb8',
    '--gh-line-4': '#a03d00',
    '--gh-line-5': '#8a2a86',
    '--gh-surface': 'var(--mantine-color-gray-0)',
  },
  dark: {
    '--mantine-color-text': '#e4e4e4',
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-anchor': 'var(--mantine-color-teal-4)',
    '--mantine-primary-color-light-color': 'var(--mantine-color-teal-3)',
    '--mantine-color-teal-light-color': 'var(--mantine-color-teal-3)',
    '--mantine-color-red-light-color': 'var(--mantine-color-red-3)',
    '--gh-good': '#5fd3a8',
    '--gh-warn': '#f5b759',
    '--gh-bad': '#ff9d94',
    '--gh-neutral': 'var(--mantine-color-dark-1)',
    '--gh-line-1': '#d6dade',
    '--gh-line-2': '#5fd3a8',
    '--gh-line-3': '#7db8ff',
    '--gh-line-4': '#ffab70',
    '--gh-line-5': '#e79be3',
    '--gh-surface': 'var(--mantine-color-dark-6)',
  },
})
