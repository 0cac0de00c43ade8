'use client'
// The way to what belongs to who is signed in: account-items.tsx.

import { lazy } from 'react'
import { LateMenu } from '#ui/late-menu.tsx'

const AccountItems = lazy(() => import('./account-items.tsx'))

export const AccountMenu = () => <LateMenu label="Account" icon="person" menu={AccountItems} />
