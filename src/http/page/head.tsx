import { assetUrls } from './assets/index.ts'

/** The `head` of every page. */
export const Head = ({ title }: { title: string }) => (
  <head>
    <meta charSet="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>{`${title} · callgate`}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href={assetUrls.stylesheet} />
    <script src={assetUrls.script} defer />
  </head>
)
