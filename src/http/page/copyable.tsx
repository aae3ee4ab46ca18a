interface CopyableProps {
  /** What it is, for screen readers. */
  label: string
  children: string
}

/** A value that people copy. Without a script, one click selects it whole. */
export const Copyable = ({ label, children }: CopyableProps) => (
  <span class="copyable">
    <code>{children}</code>
    <CopyButton label={label} />
  </span>
)

/** A block of code that people copy. */
export const CodeBlock = ({ label, children }: CopyableProps) => (
  <div class="copyable block">
    <pre role="region" aria-label={label} tabIndex={0}>
      <code>{children}</code>
    </pre>
    <CopyButton label={label} />
  </div>
)

/** Shown by the script alone, which copies the `code` beside it. */
const CopyButton = ({ label }: { label: string }) => (
  <button type="button" class="copy" aria-label={`Copy ${label}`}>
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none" stroke="currentColor">
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
    </svg>
  </button>
)
