import { openingOf, type Page, readers } from './shelf.ts'

/** The contents for programs that read (llmstxt.org): every page as Markdown, with its first sentence. */
export const llmsText = (pages: readonly Page[], url: string) => `# callgate

> A self-hosted gateway for voice-agent calls: API keys, exact limits, calls through voice providers, and signed webhooks.

The base URL of this server is ${url}. The OpenAPI description of its API is ${url}/openapi.json.
${readers
  .map((reader) => {
    const lines = pages
      .filter((page) => page.reader === reader)
      .map(({ name, title, markdown }) => `- [${title}](${url}/docs/${name}.md): ${openingOf(markdown)}`)
    return `\n## ${reader}\n\n${lines.join('\n')}\n`
  })
  .join('')}`
