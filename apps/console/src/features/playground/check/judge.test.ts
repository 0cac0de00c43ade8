// What is told of a value before it is sent.

import { expect, test } from 'vitest'
import { Unfinished } from '../json/json.ts'
import { judge } from './judge.ts'
import { validate } from './validate.ts'

test('problems stand at the member that they are about', async () => {
  const schema = `{"type":"object","required":["a/b","n"],"additionalProperties":false,
    "properties":{"n":{"type":"integer"},"list":{"type":"array","items":{"type":"string"}},"a/b":{},"é#%":{"type":"string"}}}`
  const { problems } = judge(schema, '{"n":1.5,"list":["x",2],"other":1,"é#%":3}')
  expect(problems.map(({ at }) => at).sort()).toEqual(['/a~1b', '/list/1', '/n', '/other', '/é#%'])
  expect(problems.find(({ at }) => at === '/a~1b')?.what).toBe('This is required')
  expect(judge(schema, '{"n":9007199254740993,"a/b":null}')).toEqual({ problems: [] })
})

test('words of 2020-12 count', async () => {
  const schema =
    '{"$defs":{"s":{"$anchor":"s","type":"string"}},"properties":{"a":{"$ref":"#s"}},"if":{"required":["a"]},"then":{"required":["b"]}}'
  expect(judge(schema, '{"a":"x"}').problems).toEqual([{ at: '/b', what: 'This is required' }])
  expect(
    judge('{"prefixItems":[{"type":"string"}],"unevaluatedItems":false}', '["x",1]').problems,
  ).toHaveLength(1)
})

test('what can not be told is said, and what is unfinished is no value', async () => {
  const unsure = judge('{"$ref":"https://elsewhere.example/schema"}', '{}')
  expect(unsure.problems).toEqual([])
  expect(unsure.unsure).toContain('Unresolved $ref')
  expect(await validate(true, new Unfinished('{'))).toEqual({
    problems: [{ at: '', what: 'This is no value yet' }],
  })
})
