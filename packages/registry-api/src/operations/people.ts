// Coming in, and who and where one is.

import { checkedLink, checkLink, claimAccount, installation, me, signedIn, useSignInLink } from '../people.ts'
import type { Operation } from './operation.ts'

export const peopleOperations: readonly Operation[] = [
  {
    id: 'getMe',
    method: 'get',
    path: '/v1/me',
    tag: 'People',
    summary: 'Get who is asking, where, and what they may do',
    permission: null,
    answers: { 200: { description: 'The caller', schema: me } },
    codes: [],
  },
  {
    id: 'getInstallation',
    method: 'get',
    path: '/v1/installation',
    tag: 'People',
    summary: 'Get facts about this installation',
    permission: null,
    answers: { 200: { description: 'The installation', schema: installation } },
    codes: [],
  },
  {
    id: 'checkLink',
    method: 'post',
    path: '/v1/links/check',
    tag: 'People',
    summary: 'Ask whether a single-use link is still good',
    description: 'Does not use it up.',
    body: checkLink,
    answers: { 200: { description: 'What the link is for', schema: checkedLink } },
    codes: ['link_invalid'],
  },
  {
    id: 'claimAccount',
    method: 'post',
    path: '/v1/claim',
    tag: 'People',
    summary: 'Claim the owner’s account by a single-use link',
    body: claimAccount,
    answers: { 200: { description: 'Signed in; a cookie is set', schema: signedIn } },
    codes: ['link_invalid', 'weak_password'],
  },
  {
    id: 'useSignInLink',
    method: 'post',
    path: '/v1/sign-in-link',
    tag: 'People',
    summary: 'Sign in by a single-use link',
    description:
      'With `password` that becomes the new one, and every other session ends; a link of the kind `reset` wants one.',
    body: useSignInLink,
    answers: { 200: { description: 'Signed in; a cookie is set', schema: signedIn } },
    codes: ['link_invalid', 'weak_password'],
  },
]
