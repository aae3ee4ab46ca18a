import chromium from '@sparticuz/chromium'
import { type Browser, chromium as launcher } from 'playwright-core'

/** The package's arguments suit a function that ends after one page: in a single process, the first tab that closes ends all. */
const args = chromium.args.filter((argument) => argument !== '--single-process' && argument !== '--no-zygote')

/** A headless Chromium from the package registry, or the one that CHROMIUM_PATH names. */
export const launchBrowser = async (): Promise<Browser> =>
  launcher.launch({
    executablePath: Bun.env.CHROMIUM_PATH ?? (await chromium.executablePath()),
    args,
    headless: true,
  })
