/** Finds anything from any page. The script focuses it when somebody presses the key. */
export const SearchBox = ({ query = '' }: { query?: string | undefined }) => (
  <form method="get" action="/admin/find" role="search" class="search">
    <input
      type="search"
      name="q"
      value={query}
      placeholder="Find…"
      aria-label="Find a number, ID, agency or person"
      aria-keyshortcuts="/"
      maxLength={200}
      autoComplete="off"
      spellcheck={false}
    />
  </form>
)
