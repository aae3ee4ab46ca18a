import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { pagesOf, publicPages } from '../support/pages.ts'
import { followLink, nobody, openSite } from '../support/site.ts'

const widths = [390, 1280, 1920]
const themes = ['light', 'dark'] as const

/** Takes a picture of every page at each width in each theme: `bun run screenshots [directory] [page …]`. */
const [directory = mkdtempSync(join(tmpdir(), 'callgate-screenshots-')), ...wanted] = Bun.argv.slice(2)
mkdirSync(directory, { recursive: true })
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name)

const picture = async (page: Page, name: string) => {
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 768 ? 844 : 900 })
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      const file = join(directory, `${name}-${width}-${colorScheme}.png`)
      await page.screenshot({ path: file, fullPage: true })
      process.stdout.write(`${file}\n`)
    }
  }
}

await using site = await openSite()
for (const [pages, storageState] of [
  [pagesOf(site.demo), undefined],
  [publicPages(), nobody],
] as const) {
  await using window = await site.open(storageState && { storageState })
  for (const [name, path] of Object.entries(pages)) {
    if (!isWanted(name)) continue
    await window.page.goto(site.url + path)
    await picture(window.page, name)
  }
}

if (isWanted('setup')) {
  using empty = temporaryDirectory()
  await using server = await startBinary(empty.path)
  await using window = await site.open({ storageState: nobody })
  await followLink(window.page, await server.setupLink())
  await window.page.getByLabel('Password').waitFor()
  await picture(window.page, 'setup')
}
