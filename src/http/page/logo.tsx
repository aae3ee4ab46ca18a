/** The logo, beside the name. */
export const Logo = () => <span class="logo" aria-hidden="true" />
