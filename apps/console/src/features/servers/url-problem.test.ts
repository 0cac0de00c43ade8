// What a browser can already say about a URL.

import { expect, test } from 'vitest'
import { movesElsewhere, urlProblem } from './url-problem.ts'

test('a URL is fine, anything else gets a sentence', () => {
  expect(urlProblem(' https://mcp.example.com/mcp ')).toBeNull()
  expect(urlProblem('http://localhost:3001/mcp')).toBeNull()
  expect(urlProblem('')).toContain('URL')
  expect(urlProblem('mcp.example.com')).toContain('https://')
  expect(urlProblem('npx -y server-everything')).toContain('Streamable HTTP')
  expect(urlProblem('https://')).toContain('no URL')
  expect(urlProblem('https://me:secret@mcp.example.com')).toContain('header')
  expect(urlProblem('https://mcp.example.com/#x')).toContain('#')
})

test('headers stay with their origin', () => {
  expect(movesElsewhere('https://a.example/mcp', 'https://a.example/other')).toBe(false)
  expect(movesElsewhere('https://a.example/mcp', 'https://a.example:8443/mcp')).toBe(true)
  expect(movesElsewhere('https://a.example/mcp', 'http://a.example/mcp')).toBe(true)
})
