// Requests and answers leave together, once all that this turn of the event loop brought is read: first the requests, as servers take
// longest, then the answers. Each write wakes whoever waits for it, and who is awake already has to be woken no more: a quarter of a
// call's CPU time (docs/performance.md). Nothing waits for anything but work that is there now.

export interface EndOfTurn {
  /** @param request its `send` is called once, and never throws */
  request(request: { send(): void }): void
  /** @param answer its `leave` is called once, and never throws */
  answer(answer: { leave(): void }): void
}

export function createEndOfTurn(): EndOfTurn {
  let requests: { send(): void }[] = []
  let answers: { leave(): void }[] = []
  let isAwaited = false
  const end = () => {
    isAwaited = false
    const sent = requests
    const left = answers
    requests = []
    answers = []
    for (const request of sent) request.send()
    for (const answer of left) answer.leave()
  }
  const awaitEnd = () => {
    if (isAwaited) return
    isAwaited = true
    setImmediate(end)
  }
  return {
    request(request) {
      requests.push(request)
      awaitEnd()
    },
    answer(answer) {
      answers.push(answer)
      awaitEnd()
    },
  }
}
