import { assetUrls } from './assets/index.ts'

/** The `head` of every page. */
interface HeadProps {
  title: string
  /** The page that the browser opens by itself. */
  next?: string | undefined
}

export const Head = ({ title, next }: HeadProps) => (
  <head>
    <meta charSet="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    {next !== undefined && <meta httpEquiv="refresh" content={`0;url=${next}`} />}
    <meta name="color-scheme" content="light dark" />
    <title>{`${title} · callgate`}</title>
    <link rel="icon" type="image/svg+xml" href={assetUrls.logo} />
    <link rel="stylesheet" href={assetUrls.stylesheet} />
    <script src={assetUrls.script} defer />
  </head>
)
