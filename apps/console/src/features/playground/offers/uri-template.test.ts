// Templates give the addresses that RFC 6570 gives (its examples for single texts, section 3.2).

import { expect, test } from 'vitest'
import { expand, variablesOf } from './uri-template.ts'

const values: Readonly<Record<string, string>> = {
  var: 'value',
  hello: 'Hello World!',
  path: '/foo/bar',
  empty: '',
  x: '1024',
  y: '768',
  half: '50%',
  base: 'http://example.com/home/',
  é: 'ü',
}

test.each([
  ['{var}', 'value'],
  ['{hello}', 'Hello%20World%21'],
  ['{half}', '50%25'],
  ['O{empty}X', 'OX'],
  ['O{undef}X', 'OX'],
  ['{x,hello,y}', '1024,Hello%20World%21,768'],
  ['{var:3}', 'val'],
  ['{+hello}', 'Hello%20World!'],
  ['{+half}', '50%25'],
  ['{base}index', 'http%3A%2F%2Fexample.com%2Fhome%2Findex'],
  ['{+base}index', 'http://example.com/home/index'],
  ['{+path:6}/here', '/foo/b/here'],
  ['{#x,hello,y}', '#1024,Hello%20World!,768'],
  ['X{.var}', 'X.value'],
  ['{/var,x}/here', '/value/1024/here'],
  ['{;x,y,empty}', ';x=1024;y=768;empty'],
  ['{?x,y,empty,undef}', '?x=1024&y=768&empty='],
  ['?fixed=yes{&x}', '?fixed=yes&x=1024'],
  ['{/var*}', '/value'],
  ['{é}', '%C3%BC'],
  ['no { expression', 'no { expression'],
])('%s is %s', (template, uri) => {
  expect(expand(template, (name) => values[name])).toBe(uri)
})

test('variables are asked for once, and only those of the query may be left out', () => {
  expect(variablesOf('test://{a}/{+b}/{a}{?c,d*}')).toEqual([
    { name: 'a', optional: false },
    { name: 'b', optional: false },
    { name: 'c', optional: true },
    { name: 'd', optional: true },
  ])
})
