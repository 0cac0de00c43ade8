import { expect, test } from 'vitest'
import { createEndOfTurn } from './end-of-turn.ts'

test('what one turn brought leaves together: requests, then answers, each once and in its order', async () => {
  const endOfTurn = createEndOfTurn()
  const left: string[] = []
  const request = (name: string) => endOfTurn.request({ send: () => left.push(name) })
  const answer = (name: string) => endOfTurn.answer({ leave: () => left.push(name) })
  answer('answer 1')
  request('request 1')
  // What an answer's end brings on is of the next turn.
  endOfTurn.answer({
    leave: () => {
      left.push('answer 2')
      answer('answer 3')
    },
  })
  request('request 2')
  expect(left).toEqual([])
  const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))
  await turn()
  expect(left).toEqual(['request 1', 'request 2', 'answer 1', 'answer 2'])
  await turn()
  expect(left.slice(4)).toEqual(['answer 3'])
})
