import chromium from '@sparticuz/chromium'
import { type Browser, chromium as launcher } from 'playwright-core'

/** The package's arguments suit a function that ends after one page: in a single process, the first tab that closes ends all. */
const args = chromium.args.filter((argument) => argument !== '--single-process' && argument !== '--no-zygote')

/** To Chromium these hosts are elsewhere in a LAN, so it says less than to localhost; all of them are this machine. */
const localNames = '--host-resolver-rules=MAP *.lan 127.0.0.1, MAP 192.168.77.5 127.0.0.1'

/** A headless Chromium from the package registry, or the one that CHROMIUM_PATH names. */
export const launchBrowser = async (): Promise<Browser> =>
  launcher.launch({
    executablePath: Bun.env.CHROMIUM_PATH ?? (await chromium.executablePath()),
    args: [...args, localNames],
    headless: true,
  })
