/** A part of a page, from one heading to the next. */
interface Section {
  title: string
  heading: string
  href: string
  text: string
}

export interface Hit extends Section {
  /** The text around the first word that was found. */
  excerpt: string
}

/** The parts of a page, from its HTML. */
export const sectionsOf = (title: string, href: string, html: string): Section[] =>
  html
    .split(/(?=<h[1-4][ >])/)
    .map((part) => {
      const [whole = '', id, heading = ''] =
        /^<h[1-4](?: id="([^"]*)")?[^>]*>(.*?)<\/h[1-4]>/s.exec(part) ?? []
      return {
        title,
        heading: textOf(heading),
        href: id ? `${href}#${id}` : href,
        text: textOf(part.slice(whole.length)),
      }
    })
    .filter(({ heading }) => heading !== '')

/** The second-level headings of a page that can be linked to. */
export const headingsOf = (html: string): { id: string; heading: string }[] =>
  [...html.matchAll(/<h2 id="([^"]*)"[^>]*>(.*?)<\/h2>/gs)].map(([, id = '', heading = '']) => ({
    id,
    heading: textOf(heading),
  }))

/** The text of HTML that preact rendered, which escapes three characters. */
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()

const hitsMost = 20

/** The parts that hold every word, those with a word in their heading first. */
export const searchDocs = (sections: readonly Section[], query: string): Hit[] => {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const weight = ({ heading }: Section) => words.filter((word) => heading.toLowerCase().includes(word)).length
  return sections
    .filter(({ title, heading, text }) => {
      const all = `${title} ${heading} ${text}`.toLowerCase()
      return words.every((word) => all.includes(word))
    })
    .toSorted((one, other) => weight(other) - weight(one))
    .slice(0, hitsMost)
    .map((section) => ({ ...section, excerpt: around(section.text, words) }))
}

const excerptCharacters = 160

const around = (text: string, words: readonly string[]) => {
  const at = Math.max(0, ...words.map((word) => text.toLowerCase().indexOf(word)))
  const start = Math.max(0, at - excerptCharacters / 2)
  const cut = text.slice(start, start + excerptCharacters)
  return `${start > 0 ? '…' : ''}${cut}${start + excerptCharacters < text.length ? '…' : ''}`
}
