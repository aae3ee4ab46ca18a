import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const directory = join(import.meta.dir, '../../docs')

/** A macro: runs when the importing file is compiled, so that the executable holds the documentation's text. */
export const readDocs = (): Record<string, string> => {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const texts = names
    .filter((name) =>
      /^(?:[\w-]+\.md|dialler\.ts|grafana\.json|callgate\.service|compose\.yaml|examples\/[\w-]+\.\w+)$/.test(
        name,
      ),
    )
    .toSorted()
  return Object.fromEntries(texts.map((name) => [name, readFileSync(join(directory, name), 'utf8')]))
}
