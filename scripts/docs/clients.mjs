// docs/clients.md: what the console shows on "Connect a client", for who reads the repository.

/** The page, with the address of an `npm start`. */
export async function clientsPage() {
  const { clients, exportLine } = await import('@gatehouse/client-snippets')
  const to = { name: 'gatehouse', url: 'http://localhost:7400/mcp/' }
  const fenced = (text) => `\`\`\`\n${text}\n\`\`\`\n`
  const sections = clients.map((client) =>
    [
      `## ${client.name}\n`,
      ...(client.note ? [`${client.note}\n`] : []),
      ...client.forms(to).map(({ where, text }) => `${where}:\n\n${fenced(text)}`),
      `To see that it worked: ${client.check}\n`,
      `Source: <${client.source.page}>, ${client.source.seen}.\n`,
    ].join('\n'),
  )
  return `# Connecting a client

Every client gets one address and one key. These texts are made from \`packages/client-snippets\`, and the console shows them with
your own address and with the links that install them (Connect a client). The key is read from the environment, so that it is in no
file and in no shell history:

${fenced(exportLine('<your API key>'))}
${sections.join('\n')}`
}
