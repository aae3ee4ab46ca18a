interface CopyableProps {
  /** What it is, for screen readers. */
  label: string
  children: string
}

interface ValueProps extends CopyableProps {
  /** The page of what it stands for. */
  href?: string | undefined
}

/** A value that people copy. Without a script, one click selects it whole. */
export const Copyable = ({ label, href, children }: ValueProps) => {
  const value = <code>{children}</code>
  return (
    <span class="copyable">
      {href === undefined ? value : <a href={href}>{value}</a>}
      <CopyButton label={label} />
    </span>
  )
}

/** A block of code that people copy. */
export const CodeBlock = ({ label, children }: CopyableProps) => (
  <div class="copyable block">
    <pre role="region" aria-label={label} tabIndex={0}>
      <code>{children}</code>
    </pre>
    <CopyButton label={label} />
  </div>
)

/** A UUID, or the ID of a delivery. */
const ids = /\b((?:msg_)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\b/

/** A sentence, in which people copy each ID. */
export const WithCopyable = ({ href, children }: { href?: string | undefined; children: string }) => (
  <>
    {children.split(ids).map((part, at) => {
      if (part === '') return null
      if (at % 2 === 0) return href === undefined ? part : <a href={href}>{part}</a>
      return (
        <Copyable key={at} label="ID" href={href}>
          {part}
        </Copyable>
      )
    })}
  </>
)

/** Shown by the script alone, which copies the `code` beside it. Its drawing is in the style sheet. */
const CopyButton = ({ label }: { label: string }) => (
  <button type="button" class="copy" aria-label={`Copy ${label}`} />
)
