import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import { pagesOf } from '../support/pages.ts'
import { openSite } from '../support/site.ts'

const looks: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
}

/** Takes a picture of every page, light, dark and narrow: `bun run screenshots [directory] [page …]`. */
const [directory = mkdtempSync(join(tmpdir(), 'callgate-screenshots-')), ...wanted] = Bun.argv.slice(2)
mkdirSync(directory, { recursive: true })
await using site = await openSite()
for (const [look, options] of Object.entries(looks)) {
  await using window = await site.open(options)
  for (const [name, path] of Object.entries(pagesOf(site.demo))) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    await window.page.goto(site.url + path)
    const file = join(directory, `${name}-${look}.png`)
    await window.page.screenshot({ path: file, fullPage: true })
    process.stdout.write(`${file}\n`)
  }
}
