// What is measured: the form of the answer and how many connections ask at once.

export interface Case {
  readonly name: string
  readonly about: string
  /** Of the answer: a path of the upstream. */
  readonly form: string
  readonly connections: number
}

export const mainCase = 'call-json-64'

export const cases: readonly Case[] = [
  { name: mainCase, about: 'tools/call, 300 B of JSON, 64 connections', form: '/json', connections: 64 },
  { name: 'call-json-1', about: 'the same, 1 connection', form: '/json', connections: 1 },
  { name: 'call-json-16', about: 'the same, 16 connections', form: '/json', connections: 16 },
  { name: 'call-json-256', about: 'the same, 256 connections', form: '/json', connections: 256 },
  { name: 'call-events-64', about: 'answered with an event stream', form: '/events', connections: 64 },
  { name: 'call-large-16', about: 'an answer of 1 MiB, 16 connections', form: '/large', connections: 16 },
  { name: 'call-slow-64', about: 'a server that takes 50 ms', form: '/slow', connections: 64 },
  {
    name: 'list-50x40',
    about: 'tools/list of all servers: 50 of 40 tools, one of them dead; 16 connections',
    form: 'aggregate',
    connections: 16,
  },
]
