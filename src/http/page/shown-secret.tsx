import type { ComponentChildren } from 'preact'

interface ShownSecretProps {
  id: string
  label: string
  value: string
  /** Beside the button, such as the way on. */
  children?: ComponentChildren
}

/** A secret that only this response shows, with a button to copy it. Browsers and extensions neither keep nor check it. */
export const ShownSecret = ({ id, label, value, children }: ShownSecretProps) => (
  <>
    <label for={id}>{label}</label>
    <input id={id} class="secret" value={value} readOnly data-secret autoComplete="off" spellcheck={false} />
    <div class="row start">
      <button type="button" data-copy={id} data-status={`${id}-copied`} hidden>
        Copy
      </button>
      <span id={`${id}-copied`} role="status" />
      {children}
    </div>
  </>
)
