import { Elysia } from 'elysia'
import { ApiError } from '../../../failures.ts'
import { agencyShortcuts, gateShortcuts } from '../shortcuts.ts'
import chartStyles from '../chart/chart.css' with { type: 'text' }
import readOutScript from '../chart/read-out.js' with { type: 'text' }
import { dataUrlOf, iconStyles } from '../icon.tsx'
import baseStyles from './base.css' with { type: 'text' }
import docsStyles from './docs.css' with { type: 'text' }
import docsScript from './docs.js' with { type: 'text' }
import frameStyles from './frame.css' with { type: 'text' }
import keysScript from './keys.js' with { type: 'text' }
import logo from './logo.svg' with { type: 'text' }
import pageStyles from './page.css' with { type: 'text' }
import pageScript from './page.js' with { type: 'text' }
import passkeyScript from './passkeys.js' with { type: 'text' }

const fingerprint = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex').slice(0, 12)
/** Without comments and indentation; our styles have neither in a string. */
const compact = (css: string) => css.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\s*\n\s*/g, ' ')
const stylesheet =
  compact(baseStyles + frameStyles + pageStyles + chartStyles + docsStyles) +
  iconStyles +
  `:root{--logo:url("${dataUrlOf(logo)}")}`
const shortcuts = `const shortcuts = ${JSON.stringify({ agency: agencyShortcuts, gate: gateShortcuts })}\n`
const script = shortcuts + keysScript + pageScript + readOutScript + passkeyScript + docsScript

/** Serves the assets under URLs that contain a hash, so that browsers may cache them forever. */
export const assetUrls = {
  stylesheet: `/admin/assets/${fingerprint(stylesheet)}.css`,
  script: `/admin/assets/${fingerprint(script)}.js`,
  logo: `/admin/assets/${fingerprint(logo)}.svg`,
}

const files = new Map([
  [assetUrls.stylesheet, { type: 'text/css; charset=utf-8', text: stylesheet }],
  [assetUrls.script, { type: 'text/javascript; charset=utf-8', text: script }],
  [assetUrls.logo, { type: 'image/svg+xml', text: logo }],
])

export const assets = new Elysia({ name: 'admin-assets' }).get('/assets/:file', ({ params, set }) => {
  const file = files.get(`/admin/assets/${params.file}`)
  if (!file) throw new ApiError('not_found', { detail: 'There is nothing at this path.' })
  set.headers['content-type'] = file.type
  set.headers['cache-control'] = 'public, max-age=31536000, immutable'
  return file.text
})
