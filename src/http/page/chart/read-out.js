// A chart is one stop of the Tab key. The arrow keys go on from bar to bar, and each bar is read out.
const barOf = (event) => event.target.closest?.('.chart .plot a')
const readOut = (bar) => {
  bar.closest('.chart').querySelector('output').textContent = bar.querySelector('title').textContent
}
const steps = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_at, last) => last,
}
document.addEventListener('pointerover', (event) => {
  const bar = barOf(event)
  if (bar) readOut(bar)
})
document.addEventListener('focusin', (event) => {
  const bar = barOf(event)
  if (bar) readOut(bar)
})
document.addEventListener('keydown', (event) => {
  const bar = barOf(event)
  const step = steps[event.key]
  if (!bar || !step) return
  event.preventDefault()
  const bars = [...bar.parentElement.querySelectorAll('a')]
  const next = bars[step(bars.indexOf(bar), bars.length - 1)]
  if (!next) return
  bar.setAttribute('tabindex', '-1')
  next.setAttribute('tabindex', '0')
  next.focus()
})
