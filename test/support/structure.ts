/** The elements of a page in their order, each with the names of its attributes: what no text may change. */
export const structureOf = async (html: string) => {
  const elements: string[] = []
  const parser = new HTMLRewriter().on('*', {
    element: ({ tagName, attributes }) => {
      elements.push([tagName, ...[...attributes].map(([name]) => name ?? '')].join(' '))
    },
  })
  await parser.transform(new Response(html)).text()
  return elements
}

/** A text as it stands in a page, where everything in it is text. */
export const asText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
