/** What the last form did, said once and announced by screen readers. */
export const Flash = ({ children }: { children: string | undefined }) =>
  children === undefined ? null : (
    <p class="notice flash" role="status">
      {children}
    </p>
  )
