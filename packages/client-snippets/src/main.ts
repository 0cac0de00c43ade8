// Prints the first form of each named client as a JSON array of texts, for programs that run on a Node without types:
// node src/main.ts <url> <client id>...

import { clients } from './index.ts'

const [url, ...ids] = process.argv.slice(2)
if (url === undefined) throw new Error('name the address of the gateway')

const texts = ids.map((id) => {
  const client = clients.find((one) => one.id === id)
  if (!client)
    throw new Error(`there is no client '${id}'; there are ${clients.map((one) => one.id).join(', ')}`)
  return client.forms({ name: 'gatehouse', url })[0].text
})
console.log(JSON.stringify(texts))
