import type { Page } from 'playwright-core'

/** On the Agency plan, with no agent and no key. */
export const createAgency = async (page: Page, url: string, name: string) => {
  await page.goto(`${url}/admin/agencies`)
  // Open where there is no agency yet.
  const field = page.getByLabel('Name')
  if (!(await field.isVisible())) await page.getByText('New agency').click()
  await field.fill(name)
  await page.getByLabel('Plan').selectOption('Agency')
  await page.getByRole('button', { name: 'Create agency' }).click()
  await page.getByRole('heading', { name }).waitFor()
}

/** Ann, who takes the calls of production. */
export const createAgent = async (page: Page) => {
  await page.getByRole('link', { name: 'Agents' }).click()
  await page.getByLabel('Name').fill('Ann')
  await page.getByRole('button', { name: 'Create agent' }).click()
  await page.getByLabel('Default agent in production').selectOption('Ann')
  await page.getByRole('button', { name: 'Save for production' }).click()
}

/** Of the API's keys, under the button that the agency's integrations show. */
export const openCard = async (page: Page, button: 'Connect' | 'Manage') => {
  await page.getByRole('link', { name: 'Integrations' }).first().click()
  const card = page.getByRole('article', { name: 'API & Webhooks' })
  await card.getByRole('button', { name: button, exact: true }).click()
}
