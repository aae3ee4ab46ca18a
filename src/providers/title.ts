/** A provider's title in the middle of a sentence: that of one's own dialler is no name. */
export const inSentence = (title: string) => title.replace(/^Your /, 'your ')
