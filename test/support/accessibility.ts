import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** The violations of a page as it stands. It differs between light and dark in its colours alone. */
export const violationsOf = async (page: Page, colorScheme: 'light' | 'dark' = 'light') => {
  const axe = new AxeBuilder({ page })
  const { violations } = await (colorScheme === 'light' ? axe : axe.withRules('color-contrast')).analyze()
  return violations
}
